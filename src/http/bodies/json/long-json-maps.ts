/** The objects and lists of json-maps.ts, for long texts: read piece by piece, and only up to the first error. */

import type { Pace } from "../../../core/async/pace.ts";
import { USER_BYTES_CEILING, utf8Bytes } from "../../../core/limits.ts";
import type { AttributePatch } from "../../../core/metadata/attributes.ts";
import type { JsonReader } from "../../../core/metadata/json-reader.ts";
import { isWholeNumber, noKey, noObject, noText, noWholeNumber, textOf } from "./json-maps.ts";

export interface CountedChanges {
  readonly changes: AttributePatch;
  /** Total size of keys and values as sent, in UTF-8. Above `USER_BYTES_CEILING` reading stopped early. */
  readonly bytes: number;
}

/** Like `mergePatch`, but each number becomes the text as written. */
export async function readMergePatch(reader: JsonReader, where: string, pace: Pace): Promise<CountedChanges> {
  open(reader, where);
  /** Of duplicate keys the last wins, as in JSON. Undefined: not a text. */
  const texts = new Map<string, string | undefined>();
  let isPlain = true;
  let bytes = 0;
  for (let key = reader.key(); key !== undefined; key = reader.key()) {
    if (key === "") throw noKey(where);
    const value = reader.kind() === "number" ? reader.number() : reader.scalar();
    if (value === undefined) await reader.pass(pace);
    const text = textOf(value);
    texts.set(key, text);
    bytes += utf8Bytes(key) + utf8Bytes(text ?? "");
    if (bytes > USER_BYTES_CEILING) return { changes: new Map(), bytes };
    isPlain &&= text !== undefined && key.isWellFormed();
    if (pace.isDue()) await pace.rest();
  }
  // as: no value is undefined
  return { changes: isPlain ? (texts as AttributePatch) : wellFormed(texts, where), bytes };
}

function wellFormed(texts: ReadonlyMap<string, string | undefined>, where: string): AttributePatch {
  const changes = new Map<string, string>();
  for (const [key, text] of texts) {
    if (text === undefined) throw noText(where, key);
    changes.set(key.toWellFormed(), text);
  }
  return changes;
}

/** Like `numberMap`. @param check may refuse a key before its value is read */
export async function readNumberMap(
  reader: JsonReader,
  where: string,
  pace: Pace,
  check?: (key: string) => void,
): Promise<ReadonlyMap<string, number>> {
  if (reader.kind() === "null") return new Map();
  open(reader, where);
  /** Of duplicate keys the last wins, as in JSON. Undefined: not a whole number. */
  const numbers = new Map<string, number | undefined>();
  let isPlain = true;
  for (let key = reader.key(); key !== undefined; key = reader.key()) {
    check?.(key);
    const value = reader.scalar();
    if (value === undefined) await reader.pass(pace);
    numbers.set(key, isWholeNumber(value) ? value : undefined);
    isPlain &&= isWholeNumber(value);
    if (pace.isDue()) await pace.rest();
  }
  if (!isPlain) for (const [key, number] of numbers) if (number === undefined) throw noWholeNumber(where, key);
  return numbers as ReadonlyMap<string, number>; // as: no value is undefined
}

function open(reader: JsonReader, where: string): void {
  if (reader.kind() !== "object") throw noObject(where);
  reader.open();
}
