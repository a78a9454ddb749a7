import type { Clock } from "../ports/system/clock.ts";
import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { monotonicMs } from "./monotonic-ms.ts";

/** Splits long work on a serving thread, so that other requests run in between. */
export interface Pace {
  /** Whether `rest` is due. Call it after each piece of work. */
  isDue(): boolean;
  /** Yields to the event loop: resolves when everything else that was ready has run. */
  rest(): Promise<void>;
}

/** Work between two rests: a fifth of the time for which a request may block others. */
const WORK_MS = 4;
/** The clock is read once in this number of pieces. */
const PIECES = 16;

export interface PaceNeeds {
  /** Monotonic time, ms. */
  readonly nowMs: () => number;
  readonly yieldToEventLoop: YieldToEventLoop;
}

/** @param pieces the clock is read once in this number of pieces; pass fewer if one piece may take a millisecond */
export function createPace({ nowMs, yieldToEventLoop }: PaceNeeds, pieces = PIECES): Pace {
  let until = nowMs() + WORK_MS;
  let asked = 0;
  return {
    isDue() {
      asked += 1;
      return asked % pieces === 0 && nowMs() >= until;
    },
    async rest() {
      await yieldToEventLoop();
      until = nowMs() + WORK_MS;
    },
  };
}

/** As `createPace`, with a `Clock`. */
export function paceBy(
  { clock, yieldToEventLoop }: { clock: Pick<Clock, "monotonicNs">; yieldToEventLoop: YieldToEventLoop },
  pieces?: number,
): Pace {
  return createPace({ nowMs: () => monotonicMs(clock), yieldToEventLoop }, pieces);
}
