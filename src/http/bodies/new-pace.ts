import { createPace, type Pace } from "../../core/async/pace.ts";

const needs = {
  nowMs: () => performance.now(),
  yieldToEventLoop: () => new Promise<void>((resolve) => setImmediate(resolve)),
};

/** The pace for reading one long body: yields to the event loop between pieces. @param pieces see `createPace` */
export function newPace(pieces?: number): Pace {
  return createPace(needs, pieces);
}
