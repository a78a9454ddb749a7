/** What a store keeps of attributes (src/core/metadata/attributes.ts), computed from all attributes together: merges must have the same result. */
export function attributesJson(attributes: ReadonlyMap<string, string>): string {
  let json = "";
  for (const key of [...attributes.keys()].sort()) {
    json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(attributes.get(key))}`;
  }
  return `{${json}}`;
}
