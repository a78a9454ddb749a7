import { z } from "zod";
import { type KnownMetadata, NOTHING_KNOWN, type WantedMetadata } from "../core/batch-reads.ts";
import { illegal } from "../core/refusals.ts";
import { numberMap } from "./json-maps.ts";
import { check } from "./read-json.ts";

/** Without `properties`, or with none, all attributes are meant (protocol.md § 8, rows 5 and 6). */
const Body = z.object({
  /** May be left out beside `versions`. */
  targets: z.array(z.string()).optional(),
  properties: z.array(z.string()).nullish(),
  /** By username, `lastModified` of what the caller has (docs/VERSIONS.md). */
  versions: z.unknown().optional(),
});

/** A batch read as its body asks for it. */
export interface BatchBody extends WantedMetadata {
  readonly isDelta: boolean;
}

/** @param value what the body's JSON stands for */
export function batchBody(value: unknown): BatchBody {
  const { targets, properties, versions } = isBody(value) ? value : check(value, Body);
  const isDelta = versions !== undefined && versions !== null;
  if (targets === undefined && !isDelta) {
    throw illegal("targets: Invalid input: expected array, received undefined");
  }
  const numbers = numberMap(versions, "versions");
  const known = numbers.size === 0 ? NOTHING_KNOWN : knownOf(numbers);
  return { targets: without(targets ?? [], numbers), known, properties: properties ?? undefined, isDelta };
}

/** Of a user who is named in both it is known what the caller has. */
function without(targets: readonly string[], known: ReadonlyMap<string, number>): readonly string[] {
  return known.size === 0 ? targets : targets.filter((target) => !known.has(target));
}

const VERSION = '"[\\w.-]{1,64}":\\d{1,15}';
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

function knownOf(numbers: ReadonlyMap<string, number>): KnownMetadata {
  return { spellings: [...numbers.keys()], modified: [...numbers.values()] };
}

/** What `Body` takes, without its cost; what it refuses is left for it to word. */
function isBody(value: unknown): value is z.infer<typeof Body> {
  if (typeof value !== "object" || value === null) return false;
  if ("targets" in value && !isTexts(value.targets)) return false;
  return !("properties" in value) || value.properties == null || isTexts(value.properties);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === "string");
}
