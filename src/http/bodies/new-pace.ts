import { createPace, type Pace } from "../../core/async/pace.ts";

const needs = {
  nowMs: () => performance.now(),
  yieldToEventLoop: () => new Promise<void>((resolve) => setImmediate(resolve)),
};

/** For the reading of one long body. @param pieces see `createPace` */
export function newPace(pieces?: number): Pace {
  return createPace(needs, pieces);
}
