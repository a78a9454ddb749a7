/**
 * A user's attributes as text. They are kept as the JSON object that a read sends, with the keys sorted by UTF-16
 * code units: equal attributes are equal texts, and keys such as `__proto__` and `10`, which JavaScript objects
 * treat specially, keep their place.
 */

/** Key → value; never holds an empty key or an empty value. */
export type Attributes = ReadonlyMap<string, string>;

/** What a set asks for: key → new value, where an empty value removes the key (protocol.md § 8, row 9). */
export type AttributePatch = ReadonlyMap<string, string>;

export const EMPTY_PATCH: AttributePatch = new Map();

export const NO_ATTRIBUTES_JSON = "{}";

/** Reads what `attributesJson` wrote. */
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
