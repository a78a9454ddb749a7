import type { YieldToEventLoop } from "../ports.ts";
import { endOfText } from "./members.ts";

/** Up to so many keys are faster tried one after the other than looked up. */
const TRIED_MAX = 8;

export type Projection = (json: string) => string;

/**
 * Makes, from an attributes text (attributes.ts), that of only those attributes whose keys are asked for. To be made
 * once for all the texts of a batch.
 */
export function projection(keys: Iterable<string>): Projection {
  return projectionOn(new Set([...keys].map((key) => JSON.stringify(key))));
}

/** So many keys take a fraction of a millisecond; of more it is to be made by `projectionInTurns`. */
export const MADE_AT_ONCE = 1024;

export async function pacedProjection(
  keys: readonly string[],
  yieldToEventLoop: YieldToEventLoop,
): Promise<Projection> {
  const wanted = new Set<string>();
  for (const [index, key] of keys.entries()) {
    wanted.add(JSON.stringify(key));
    if (index % MADE_AT_ONCE === MADE_AT_ONCE - 1) await yieldToEventLoop();
  }
  return projectionOn(wanted);
}

/** @param wanted as JSON texts */
function projectionOn(wanted: ReadonlySet<string>): Projection {
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
