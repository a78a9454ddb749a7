import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { endOfText } from "./members.ts";

/** Up to this number of keys, comparing with each is faster than a look-up in a set. */
const COMPARED_MAX = 8;

export type Projection = (json: string) => string;

/**
 * Creates a function that reduces an attributes text (attributes.ts) to the given keys. Create it once for all users of
 * a batch.
 */
export function projection(keys: Iterable<string>): Projection {
  return projectionOn(new Set([...keys].map((key) => JSON.stringify(key))));
}

/** This number of keys takes a fraction of a millisecond. For more, use `pacedProjection`. */
export const KEYS_UNPACED_MAX = 1024;

/** As `projection`, yielding to the event loop after every KEYS_UNPACED_MAX keys. */
export async function pacedProjection(
  keys: readonly string[],
  yieldToEventLoop: YieldToEventLoop,
): Promise<Projection> {
  const wanted = new Set<string>();
  for (const [index, key] of keys.entries()) {
    wanted.add(JSON.stringify(key));
    if (index % KEYS_UNPACED_MAX === KEYS_UNPACED_MAX - 1) await yieldToEventLoop();
  }
  return projectionOn(wanted);
}

/** @param wanted as JSON texts */
function projectionOn(wanted: ReadonlySet<string>): Projection {
  const isWanted = wanted.size <= COMPARED_MAX ? comparing([...wanted]) : lookingUp(wanted);
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

function comparing(keys: readonly string[]): IsWanted {
  return (json, at, keyEnd) => {
    for (const key of keys) if (key.length === keyEnd - at && json.startsWith(key, at)) return true;
    return false;
  };
}

function lookingUp(keys: ReadonlySet<string>): IsWanted {
  return (json, at, keyEnd) => keys.has(json.slice(at, keyEnd));
}
