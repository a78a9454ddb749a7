/**
 * A user's attributes as text: the JSON object that a read sends, with its keys sorted by UTF-16 code units. So equal
 * attributes are equal texts, and keys that JavaScript objects treat specially (`__proto__`, `10`) keep their place.
 */

/** Key → value; never holds an empty key or an empty value. */
export type Attributes = ReadonlyMap<string, string>;

/** The changes of a set: key → new value; an empty value removes the key (protocol.md § 8, row 9). */
export type AttributePatch = ReadonlyMap<string, string>;

export const EMPTY_PATCH: AttributePatch = new Map();

export const NO_ATTRIBUTES_JSON = "{}";

/** The inverse of `attributesJson`. */
export function parseAttributes(json: string): Map<string, string> {
  if (json === NO_ATTRIBUTES_JSON) return new Map();
  return new Map(Object.entries(JSON.parse(json) as Record<string, string>)); // as: our own text
}

export function attributesJson(attributes: Attributes): string {
  let json = "";
  for (const key of [...attributes.keys()].sort()) {
    json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(attributes.get(key))}`;
  }
  return `{${json}}`;
}
