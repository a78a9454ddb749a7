import { type KnownMetadata, NOTHING_KNOWN, type WantedMetadata } from "../../../core/metadata/batch-reads.ts";
import { illegal, Refusal } from "../../../core/refusals.ts";
import { membersOf, noObject, numberMap } from "./json-maps.ts";

/** The parsed body of a batch read. */
export interface BatchBody extends WantedMetadata {
  readonly isDelta: boolean;
}

/**
 * `targets` may be omitted beside `versions`, which maps usernames to the `lastModified` of the client's copy
 * (docs/EXTENSIONS.md). Without `properties`, or with an empty list, all attributes are read (docs/PROTOCOL.md §
 * Readings, rows 5 and 6). The number of users is checked before the users themselves.
 * @param value the parsed JSON of the body
 */
export function batchBody(value: unknown, batchMax: number): BatchBody {
  if (typeof value !== "object" || value === null) throw noObject("the request body");
  const targets = "targets" in value ? value.targets : undefined;
  const versions = "versions" in value ? (value.versions ?? undefined) : undefined;
  const isDelta = versions !== undefined;
  const listed = targets === undefined && isDelta ? [] : listOf(targets, "targets");
  const known = isDelta ? new Set(membersOf(versions, "versions").map(([name]) => name)) : NONE;
  // For a user named in both, `versions` wins.
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

/** Converted as PATCH stores keys. */
function keysOf(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.toWellFormed());
}

const VERSION = '"[\\w.-]{1,64}":(?:0|[1-9]\\d{0,14})';
/** As `JSON.stringify` writes the body of a delta read. */
const ONLY_VERSIONS = new RegExp(`^\\{"versions":\\{(${VERSION}(?:,${VERSION})*)\\}\\}$`);

/**
 * Parses the form in which clients request all changes since their copies, in a quarter of the time: an object with a
 * hundred names that no other request has is the worst case of `JSON.parse`. Undefined: another form.
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

/** Of duplicate names the last wins, as in JSON. */
function eachOnce(known: KnownMetadata): KnownMetadata {
  const { spellings, modified } = known;
  if (new Set(spellings).size === spellings.length) return known;
  return knownOf(new Map(spellings.map((spelling, index) => [spelling, modified[index] ?? 0])));
}

export function knownOf(numbers: ReadonlyMap<string, number>): KnownMetadata {
  return numbers.size === 0 ? NOTHING_KNOWN : { spellings: [...numbers.keys()], modified: [...numbers.values()] };
}
