import type { Timers } from "../../core/ports/system/timers.ts";

/** A body that is being received. */
export interface Arrival {
  /** When the request's head arrived, on the timers' clock. */
  readonly sinceMs: number;
  /** Upper bound of the bytes received. */
  readonly receivedBytes: number;
  /** Turns off Bun's idle timeout for this body: Bun would close the connection even while bytes arrive. */
  holdOpen(): void;
  /** Gives the body up (408). */
  expire(): void;
}

/** Checks the timeouts of all bodies being received periodically, so that no body needs its own timer. */
export interface Arrivals extends Disposable {
  readonly timers: Timers;
  add(arrival: Arrival): void;
  remove(arrival: Arrival): void;
}

/** Every body may take this long, even below MIN_BYTES_PER_SECOND. */
export const GRACE_MS = 20_000;
/** For each of these bytes a body gets another second after its grace, up to its deadline. */
export const MIN_BYTES_PER_SECOND = 1000;

/** Well before the runtime's idle timeout. */
const HELD_OPEN_AFTER_MS = 3000;
const SWEEP_MS = 250;

/** @param timeoutMs deadline of every body */
export function createArrivals(timers: Timers, timeoutMs: number): Arrivals {
  const arriving = new Set<Arrival>();

  const sweeping = timers.every(SWEEP_MS, () => {
    const nowMs = timers.nowMs();
    for (const arrival of arriving) {
      const ageMs = nowMs - arrival.sinceMs;
      const earnedMs = GRACE_MS + (arrival.receivedBytes / MIN_BYTES_PER_SECOND) * 1000;
      if (ageMs >= Math.min(timeoutMs, earnedMs)) arrival.expire();
      else if (ageMs >= HELD_OPEN_AFTER_MS) arrival.holdOpen();
    }
  });

  return {
    timers,
    add: (arrival) => void arriving.add(arrival),
    remove: (arrival) => void arriving.delete(arrival),
    [Symbol.dispose]: () => sweeping[Symbol.dispose](),
  };
}
