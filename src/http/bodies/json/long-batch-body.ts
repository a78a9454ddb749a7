import type { Pace } from "../../../core/async/pace.ts";
import { NOTHING_KNOWN } from "../../../core/metadata/batch-reads.ts";
import type { JsonReader } from "../../../core/metadata/json-reader.ts";
import { newPace } from "../new-pace.ts";
import { type BatchBody, knownOf, noTexts, tooLarge } from "./batch-body.ts";
import { noObject } from "./json-maps.ts";
import { JsonOutline } from "./json-outline.ts";
import { readNumberMap } from "./long-json-maps.ts";

const NAMES = new Set(["targets", "properties", "versions"]);

/** Like `batchBody`, for a long text: counts the users first, and stops at the first error. */
export async function longBatchBody(text: string, batchMax: number): Promise<BatchBody> {
  const pace = newPace();
  const outline = await JsonOutline.of(text, NAMES, pace);
  const versions = presentOf(outline.member("versions"));
  const known = versions === undefined ? new Set<string>() : await keysOf(versions, batchMax, pace);
  const listed = outline.member("targets");
  if (listed === undefined && versions === undefined) throw noTexts("targets");
  const targets = listed === undefined ? [] : await othersOf(listed, known, batchMax, pace);
  const numbers = outline.member("versions");
  const properties = presentOf(outline.member("properties"));
  return {
    targets,
    known: numbers === undefined ? NOTHING_KNOWN : knownOf(await readNumberMap(numbers, "versions", pace)),
    properties: properties === undefined ? undefined : [...(await propertiesOf(properties, pace))],
    isDelta: versions !== undefined,
  };
}

/** Undefined also for null. */
function presentOf(reader: JsonReader | undefined): JsonReader | undefined {
  return reader?.kind() === "null" ? undefined : reader;
}

async function keysOf(reader: JsonReader, countMax: number, pace: Pace): Promise<ReadonlySet<string>> {
  if (reader.kind() !== "object") throw noObject("versions");
  const keys = new Set<string>();
  reader.open();
  for (let key = reader.key(); key !== undefined; key = reader.key()) {
    if (keys.add(key).size > countMax) throw tooLarge(countMax);
    await reader.pass(pace);
  }
  return keys;
}

/** The targets that are not in `versions`. */
async function othersOf(
  reader: JsonReader,
  known: ReadonlySet<string>,
  batchMax: number,
  pace: Pace,
): Promise<readonly string[]> {
  if (reader.kind() !== "array") throw noTexts("targets");
  const others: unknown[] = [];
  reader.open();
  while (reader.element()) {
    const target = reader.kind() === "string" ? reader.string() : await reader.pass(pace);
    if (typeof target === "string" && known.has(target)) continue;
    if (others.push(target) + known.size > batchMax) throw tooLarge(batchMax);
    if (pace.isDue()) await pace.rest();
  }
  if (!others.every((target) => typeof target === "string")) throw noTexts("targets");
  return others;
}

async function propertiesOf(reader: JsonReader, pace: Pace): Promise<ReadonlySet<string>> {
  if (reader.kind() !== "array") throw noTexts("properties");
  const keys = new Set<string>();
  reader.open();
  while (reader.element()) {
    if (reader.kind() !== "string") throw noTexts("properties");
    keys.add(reader.string().toWellFormed());
    if (pace.isDue()) await pace.rest();
  }
  return keys;
}
