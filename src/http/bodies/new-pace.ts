import { createPace, type Pace } from "../../core/pace.ts";

const needs = {
  nowMs: () => performance.now(),
  turns: { next: () => new Promise<void>((resolve) => setImmediate(resolve)) },
};

/** For the reading of one long body. */
export function newPace(): Pace {
  return createPace(needs);
}
