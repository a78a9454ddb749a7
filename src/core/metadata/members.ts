/**
 * Navigates an attributes text (attributes.ts) without parsing it. Positions are those of an opening quote; ends are
 * exclusive. The text has no spaces, only strings as keys and values, and only the escapes of `JSON.stringify`, so a
 * quote without a backslash before it always opens or closes a string.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The end of the key or value that begins at `at`. Throws if the text is truncated. */
export function endOfText(json: string, at: number): number {
  const end = json.indexOf('"', at + 1);
  if (end >= 0 && json.charCodeAt(end - 1) !== BACKSLASH) return end + 1;
  for (let index = at + 1; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    if (unit === BACKSLASH) index += 1;
    else if (unit === QUOTE) return index + 1;
  }
  throw new Error("an attributes text is truncated");
}

/** The end of the member (key, colon, value) that begins at `at`. */
export function endOfMember(json: string, at: number): number {
  return endOfText(json, endOfText(json, at) + 1);
}

/** The first member in `at` … `end` whose key is not less than `key`; `end` if there is none. */
export function seekKey(json: string, at: number, end: number, key: string): number {
  let position = at;
  while (position < end && compareKey(json, position, key) < 0) position = endOfMember(json, position) + 1;
  return Math.min(position, end);
}

/** Compares the key that begins at `at` with `key`: negative = less, 0 = equal, positive = greater. */
export function compareKey(json: string, at: number, key: string): number {
  for (let index = 0; ; index++) {
    const unit = json.charCodeAt(at + 1 + index);
    if (unit === QUOTE) return index - key.length;
    if (unit === BACKSLASH) return compare(textAt(json, at, endOfText(json, at)), key);
    if (index === key.length) return 1;
    const difference = unit - key.charCodeAt(index);
    if (difference !== 0) return difference;
  }
}

/** The unescaped key or value between these two positions. */
export function textAt(json: string, at: number, end: number): string {
  const text = json.slice(at + 1, end - 1);
  return text.includes("\\") ? (JSON.parse(json.slice(at, end)) as string) : text; // as: it is a JSON string
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
