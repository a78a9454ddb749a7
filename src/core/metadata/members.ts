/**
 * Finds its way through an attributes text (attributes.ts) without parsing it. All positions are those of an opening
 * quote, all ends are exclusive. That text has no spaces, only texts as keys and values, and only the escapes that
 * `JSON.stringify` makes, so that a quote without a backslash before it always opens or closes a text.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the key or the value that begins here ends. Throws when it does not. */
export function endOfText(json: string, at: number): number {
  const end = json.indexOf('"', at + 1);
  if (end >= 0 && json.charCodeAt(end - 1) !== BACKSLASH) return end + 1;
  for (let index = at + 1; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    if (unit === BACKSLASH) index += 1;
    else if (unit === QUOTE) return index + 1;
  }
  throw new Error("an attributes text is cut off");
}

/** Where the member that begins here ends: its key, a colon, its value. */
export function endOfMember(json: string, at: number): number {
  return endOfText(json, endOfText(json, at) + 1);
}

/** The first member from `at` on, before `end`, whose key does not come before `key`; `end` when there is none. */
export function seekKey(json: string, at: number, end: number, key: string): number {
  let position = at;
  while (position < end && compareKey(json, position, key) < 0) position = endOfMember(json, position) + 1;
  return Math.min(position, end);
}

/** Below 0, 0 or above 0, as the key that begins here comes before `key`, is `key`, or comes after it. */
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

/** The key or value between these two positions. */
export function textAt(json: string, at: number, end: number): string {
  const text = json.slice(at + 1, end - 1);
  return text.includes("\\") ? (JSON.parse(json.slice(at, end)) as string) : text; // as: it is a quoted text
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
