/** The objects and lists of json-maps.ts, read from their text: in parts, and no further than the first mistake. */

import type { Pace } from "../../../core/async/pace.ts";
import { USER_BYTES_CEILING, utf8Bytes } from "../../../core/limits.ts";
import type { AttributePatch } from "../../../core/metadata/attributes.ts";
import type { JsonReader } from "../../../core/metadata/json-reader.ts";
import { isWholeNumber, noKey, noObject, noText, noWholeNumber, textOf } from "./json-maps.ts";

export interface CountedChanges {
  readonly changes: AttributePatch;
  /** Of all keys and values as they were sent, in UTF-8; above `USER_BYTES_CEILING` they were not read to the end. */
  readonly bytes: number;
}

/** As `mergePatch`, and each number becomes the text that it is written as. */
export async function readMergePatch(reader: JsonReader, where: string, pace: Pace): Promise<CountedChanges> {
  open(reader, where);
  /** As JSON takes them: of two of one key the last. Undefined: no text. */
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
  // as: without an undefined one
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

/** As `numberMap`. @param check may refuse a key, before its value is looked at */
export async function readNumberMap(
  reader: JsonReader,
  where: string,
  pace: Pace,
  check?: (key: string) => void,
): Promise<ReadonlyMap<string, number>> {
  if (reader.kind() === "null") return new Map();
  open(reader, where);
  /** As JSON takes them: of two of one key the last. Undefined: no whole number. */
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
  return numbers as ReadonlyMap<string, number>; // as: without an undefined one
}

function open(reader: JsonReader, where: string): void {
  if (reader.kind() !== "object") throw noObject(where);
  reader.open();
}
