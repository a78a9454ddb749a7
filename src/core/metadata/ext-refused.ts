import type { Pace } from "../async/pace.ts";
import { Refusal, type Refused } from "../refusals.ts";
import type { AttributePatch } from "./attributes.ts";
import { JsonReader } from "./json-reader.ts";

/** Some clients parse its value for a whole list of users at once: one value that they cannot parse hides all names. */
const EXT = "ext";

/**
 * Why an app that checks `ext` (`AppSettings.checkExt`) refuses these changes; undefined: it does not. Only the changes
 * are looked at: an `ext` that was stored before the check was turned on does not block changes of other keys.
 */
export async function extRefused(changes: AttributePatch, pace: Pace): Promise<Refused | undefined> {
  const ext = changes.get(EXT);
  // Without a value it is removed.
  if (ext === undefined || ext === "" || (await isJsonObject(ext, pace))) return undefined;
  return { code: "argument_illegal", reason: EXT_REASON };
}

export const EXT_REASON = 'ext: must be the text of a JSON object, such as {"theme":"dark"}; an empty value removes it';

/** Takes what `JSON.parse` takes; of a value of 262,144 bytes that can stop the thread for tens of milliseconds. */
async function isJsonObject(text: string, pace: Pace): Promise<boolean> {
  const reader = new JsonReader(text);
  try {
    if (reader.kind() !== "object") return false;
    await reader.pass(pace);
    reader.end();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
