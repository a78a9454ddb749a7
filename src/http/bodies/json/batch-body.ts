import { type KnownMetadata, NOTHING_KNOWN, type WantedMetadata } from "../../../core/metadata/batch-reads.ts";
import { illegal, Refusal } from "../../../core/refusals.ts";
import { membersOf, noObject, numberMap } from "./json-maps.ts";

/** A batch read as its body asks for it. */
export interface BatchBody extends WantedMetadata {
  readonly isDelta: boolean;
}

/**
 * `targets` may be left out beside `versions`, which has, by username, `lastModified` of what the caller has
 * (docs/EXTENSIONS.md). Without `properties`, or with none, all attributes are meant (protocol.md § 8, rows 5 and 6).
 * How many users there are is judged before they are looked at.
 * @param value what the body's JSON stands for
 */
export function batchBody(value: unknown, batchMax: number): BatchBody {
  if (typeof value !== "object" || value === null) throw noObject("the request body");
  const targets = "targets" in value ? value.targets : undefined;
  const versions = "versions" in value ? (value.versions ?? undefined) : undefined;
  const isDelta = versions !== undefined;
  const listed = targets === undefined && isDelta ? [] : listOf(targets, "targets");
  const known = isDelta ? new Set(membersOf(versions, "versions").map(([name]) => name)) : NONE;
  // Of a user who is named in both it is known what the caller has.
  const others = known.size === 0 ? listed : listed.filter((target) => !known.has(target));
  if (others.length + known.size > batchMax) throw tooLarge(batchMax);
  const properties = "properties" in value ? (value.properties ?? undefined) : undefined;
  return {
    targets: textsOf(others, "targets"),
    known: knownOf(numberMap(versions, "versions")),
    properties: properties === undefined ? undefined : keysOf(textsOf(listOf(properties, "properties"), "properties")),
    isDelta,
  };
}

const NONE: ReadonlySet<unknown> = new Set();

export function tooLarge(batchMax: number): Refusal {
  return new Refusal({ code: "batch_too_large", batchMax });
}

export function noTexts(where: string): Refusal {
  return illegal(`${where}: not a list of texts`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw noTexts(where);
  return value;
}

function textsOf(list: readonly unknown[], where: string): readonly string[] {
  if (!list.every((part) => typeof part === "string")) throw noTexts(where);
  return list;
}

/** As PATCH stores them. */
function keysOf(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.toWellFormed());
}

const VERSION = '"[\\w.-]{1,64}":(?:0|[1-9]\\d{0,14})';
/** As `JSON.stringify` writes it, when nothing else is asked for. */
const ONLY_VERSIONS = new RegExp(`^\\{"versions":\\{(${VERSION}(?:,${VERSION})*)\\}\\}$`);

/**
 * The same for the form in which a client asks for all that has changed, at a quarter of the time: an object with a
 * hundred names that no other request has is the worst that `JSON.parse` can meet. Undefined: it is another form.
 */
export function deltaBody(text: string): BatchBody | undefined {
  const versions = ONLY_VERSIONS.exec(text)?.[1];
  if (versions === undefined) return undefined;
  const spellings: string[] = [];
  const modified: number[] = [];
  for (const version of versions.split(",")) {
    const nameEnd = version.indexOf('"', 1);
    spellings.push(version.slice(1, nameEnd));
    modified.push(Number(version.slice(nameEnd + 2)));
  }
  return { targets: [], known: eachOnce({ spellings, modified }), properties: undefined, isDelta: true };
}

/** Of two of one name JSON takes the last. */
function eachOnce(known: KnownMetadata): KnownMetadata {
  const { spellings, modified } = known;
  if (new Set(spellings).size === spellings.length) return known;
  return knownOf(new Map(spellings.map((spelling, index) => [spelling, modified[index] ?? 0])));
}

export function knownOf(numbers: ReadonlyMap<string, number>): KnownMetadata {
  return numbers.size === 0 ? NOTHING_KNOWN : { spellings: [...numbers.keys()], modified: [...numbers.values()] };
}
