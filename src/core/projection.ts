import { endOfText } from "./members.ts";

/** Up to so many keys are faster tried one after the other than looked up. */
const TRIED_MAX = 8;

/**
 * Makes, from an attributes text (attributes.ts), that of only those attributes whose keys are asked for. To be made
 * once for all the texts of a batch.
 */
export function projection(keys: Iterable<string>): (json: string) => string {
  const wanted = new Set([...keys].map((key) => JSON.stringify(key)));
  const isWanted = wanted.size <= TRIED_MAX ? tried([...wanted]) : lookedUp(wanted);
  return (json) => {
    let members = "";
    let missing = wanted.size;
    let at = 1;
    while (missing > 0 && at < json.length - 1) {
      const keyEnd = endOfText(json, at);
      const end = endOfText(json, keyEnd + 1);
      if (isWanted(json, at, keyEnd)) {
        members += `${members === "" ? "" : ","}${json.slice(at, end)}`;
        missing -= 1;
      }
      at = end + 1;
    }
    return `{${members}}`;
  };
}

type IsWanted = (json: string, at: number, keyEnd: number) => boolean;

function tried(keys: readonly string[]): IsWanted {
  return (json, at, keyEnd) => {
    for (const key of keys) if (key.length === keyEnd - at && json.startsWith(key, at)) return true;
    return false;
  };
}

function lookedUp(keys: ReadonlySet<string>): IsWanted {
  return (json, at, keyEnd) => keys.has(json.slice(at, keyEnd));
}
