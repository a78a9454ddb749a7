/**
 * A user's attributes as text: the JSON object that a read sends, with its keys sorted by UTF-16 code units. So equal
 * attributes are equal texts, and keys that JavaScript objects treat specially (`__proto__`, `10`) keep their place.
 */

/** The changes of a set: key → new value; an empty value removes the key (docs/PROTOCOL.md § Readings, row 9). */
export type AttributePatch = ReadonlyMap<string, string>;

export const EMPTY_PATCH: AttributePatch = new Map();

export const NO_ATTRIBUTES_JSON = "{}";

/** Key → value of attributes as they are stored; no key and no value is empty. */
export function parseAttributes(json: string): Map<string, string> {
  return new Map(Object.entries(JSON.parse(json) as Record<string, string>)); // as: our own text
}
