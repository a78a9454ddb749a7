/**
 * JSON whose numbers stay as they were written: a long one that names somebody must not become the number of somebody
 * else, and a key that is there twice must not be read in one way here and in another where it was signed.
 */

/** A number of a JSON text. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * An object whose numbers are each a `JsonNumber`. Undefined where the bytes are no object in JSON and UTF-8, and where
 * one, however deep, has a key twice.
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

/** A member of an object, and nothing that every object has besides. */
export function memberOf(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Who is named: a text, or the digits of a whole number. Undefined for anything else. */
export function namedIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof JsonNumber && DIGITS.test(value.source) ? value.source : undefined;
}

/** As long as a username. */
const DIGITS = /^\d{1,64}$/;

/** What shapes a JSON text: its texts, each with the colon that makes it a key, and where objects begin and end. */
const SHAPE = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g;

/** @param text that is JSON */
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
