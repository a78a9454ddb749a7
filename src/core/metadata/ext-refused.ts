import type { Pace } from "../async/pace.ts";
import { Refusal, type Refused } from "../refusals.ts";
import type { AttributePatch } from "./attributes.ts";
import { JsonReader } from "./json-reader.ts";

/** Some clients parse this key's value for a whole list of users: one value they cannot parse hides all names. */
const EXT = "ext";

/**
 * Why an app with `AppSettings.checkExt` refuses these changes (400); undefined: it accepts them. Only the changes are
 * checked, so an `ext` stored before the setting was turned on does not block changes of other keys.
 */
export async function extRefused(changes: AttributePatch, pace: Pace): Promise<Refused | undefined> {
  const ext = changes.get(EXT);
  // An empty value removes the key.
  if (ext === undefined || ext === "" || (await isJsonObject(ext, pace))) return undefined;
  return { code: "argument_illegal", reason: EXT_REASON };
}

export const EXT_REASON = 'ext: must be the text of a JSON object, such as {"theme":"dark"}; an empty value removes it';

/** Accepts what `JSON.parse` accepts, which can block the thread for tens of milliseconds on a value of 262,144 bytes. */
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
