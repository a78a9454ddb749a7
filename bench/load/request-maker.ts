import type { OpenLoopLoad } from "./open-loop-load.ts";
import { FIRST_USER, USER } from "./request.ts";

/** Few enough that the generator has little to look through when it collects garbage. */
const PREPARED = 4096;

/** The bytes of requests for users drawn at random, made before the time is taken. */
export function requestMaker({ text, users }: Pick<OpenLoopLoad, "text" | "users">): () => Uint8Array {
  const random = generator();
  const prepared = Array.from({ length: PREPARED }, () =>
    Buffer.from(text.replaceAll(USER, () => `${FIRST_USER + Math.floor(random() * users)}`)),
  );
  let next = 0;
  return () => {
    next = (next + 1) % PREPARED;
    return prepared[next] ?? new Uint8Array();
  };
}

/** mulberry32: the same users in every run. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
