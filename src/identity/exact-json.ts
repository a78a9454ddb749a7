/**
 * JSON without ambiguity. Numbers keep their source text, so that a long number that identifies a user is not rounded to
 * another user's. Duplicate keys are rejected, because the signer may read them differently.
 */

/** A number, as its source text. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * Parses an object; each number in it becomes a `JsonNumber`. Undefined if the bytes are not a JSON object in UTF-8, or
 * if any object in it, however deep, has a duplicate key.
 */
export function readExactRecord(bytes: Uint8Array): JsonRecord | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text, (_key, part: unknown, { source }: { readonly source?: string } = {}) =>
      typeof part === "number" ? new JsonNumber(source ?? "") : part,
    );
    return isRecord(value) && !hasKeyTwice(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** An own member of an object, never an inherited one. */
export function memberOf(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The name in a claim: a text, or the digits of a whole number. Undefined for anything else. */
export function namedIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof JsonNumber && DIGITS.test(value.source) ? value.source : undefined;
}

/** Up to the length of a username. */
const DIGITS = /^\d{1,64}$/;

/** Matches the strings of a JSON text, each with the colon that makes it a key, and the braces of objects. */
const SHAPE = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g;

/** @param text valid JSON */
export function hasKeyTwice(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [shape, quoted, colon] of text.matchAll(SHAPE)) {
    if (shape === "{") open.push(new Set());
    else if (shape === "}") open.pop();
    else if (quoted !== undefined && colon !== undefined) {
      const keys = open.at(-1);
      const key: string = JSON.parse(quoted);
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}
