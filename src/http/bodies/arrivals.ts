import type { Timers } from "../../core/ports/system/timers.ts";

/** A body that is being read. */
export interface Arrival {
  /** When its request's head was there, by the timers. */
  readonly sinceMs: number;
  /** So many bytes of it have come, or may have. */
  readonly receivedBytes: number;
  /** It takes longer: Bun must not cut it, as it would after its idle time even when bytes keep coming. */
  holdOpen(): void;
  /** It is given up. */
  expire(): void;
}

/** The bodies that are being read, looked at now and then, so that none of them needs a timer of its own. */
export interface Arrivals extends Disposable {
  readonly timers: Timers;
  add(arrival: Arrival): void;
  remove(arrival: Arrival): void;
}

/** So long a body may take that comes at MIN_BYTES_PER_SECOND, or slower. */
export const GRACE_MS = 20_000;
/** Each of so many bytes earns a body another second after its grace, up to its deadline. */
export const MIN_BYTES_PER_SECOND = 1000;

/** Well before the runtime's idle time is over. */
const HELD_OPEN_AFTER_MS = 3000;
const SWEEP_MS = 250;

/** @param timeoutMs no body may take longer */
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
