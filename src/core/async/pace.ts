import type { Clock, YieldToEventLoop } from "../ports.ts";
import { monotonicMs } from "./monotonic-ms.ts";

/** Long work on a thread that serves, cut into parts between which all others have their turn. */
export interface Pace {
  /** Whether it has gone on for so long that `rest` is due; to be asked after each piece. */
  isDue(): boolean;
  /** Resolves when all others that are ready have had their turn. */
  rest(): Promise<void>;
}

/** A fifth of what a request may keep others waiting. */
const WORK_MS = 4;
/** The time is looked at once in so many pieces. */
const PIECES = 16;

export interface PaceNeeds {
  /** Milliseconds that never run backwards. */
  readonly nowMs: () => number;
  readonly yieldToEventLoop: YieldToEventLoop;
}

/** @param pieces the time is looked at once in so many; fewer where one may take a millisecond */
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

/** By the clock that the rules have. */
export function paceBy(
  { clock, yieldToEventLoop }: { clock: Pick<Clock, "monotonicNs">; yieldToEventLoop: YieldToEventLoop },
  pieces?: number,
): Pace {
  return createPace({ nowMs: () => monotonicMs(clock), yieldToEventLoop }, pieces);
}
