/** What a store keeps of attributes (src/core/metadata/attributes.ts), from all of them at once: merges must come to the same. */
export function attributesJson(attributes: ReadonlyMap<string, string>): string {
  let json = "";
  for (const key of [...attributes.keys()].sort()) {
    json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(attributes.get(key))}`;
  }
  return `{${json}}`;
}
