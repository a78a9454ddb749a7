import type { Pace } from "../async/pace.ts";
import type { AttributePatch } from "./attributes.ts";
import { compareKey, endOfText, seekKey, textAt } from "./members.ts";

/**
 * The keys of `wanted` whose stored value differs, each with the stored value (null = none), as a JSON object. One pass
 * over the attributes text (attributes.ts), because both sides may hold very many keys.
 */
export async function differingJson(json: string, wanted: AttributePatch, pace: Pace): Promise<string> {
  const end = json.length - 1;
  let differing = "";
  let at = 1;
  for (const key of [...wanted.keys()].sort()) {
    at = seekKey(json, at, end, key);
    const isPresent = at < end && compareKey(json, at, key) === 0;
    const keyEnd = isPresent ? endOfText(json, at) : at;
    const valueEnd = isPresent ? endOfText(json, keyEnd + 1) : at;
    const present = isPresent ? textAt(json, keyEnd + 1, valueEnd) : undefined;
    if ((present ?? "") !== wanted.get(key)) {
      const value = isPresent ? json.slice(keyEnd + 1, valueEnd) : "null";
      differing += `${differing === "" ? "" : ","}${JSON.stringify(key)}:${value}`;
    }
    if (pace.isDue()) await pace.rest();
  }
  return `{${differing}}`;
}
