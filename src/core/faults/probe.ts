import { inTime } from "../admission/in-time.ts";
import { createSharedResult } from "../admission/shared-result.ts";
import type { Store, Timers } from "../ports.ts";
import type { StoreTroubleKind } from "../store-trouble.ts";

/** Looks whether the store reads and writes. There is one of it in a process, and workers ask it by message. */
export interface Probe {
  /** As `Store.ping`, and rejects where that takes too long; its result is up to a second old. */
  check(): Promise<readonly StoreTroubleKind[]>;
}

/** A look may write, and anybody may ask for one. */
const EVERY_MS = 1000;
const WAIT_MAX_MS = 2000;

/** One look at a time and one a second, shared by all who ask. */
export function createProbe(store: Pick<Store, "ping">, timers: Timers): Probe {
  const looks = createSharedResult({ resource: "probe", everyMs: EVERY_MS, timers }, () => store.ping());
  return { check: () => inTime(looks.latest(), WAIT_MAX_MS, timers) };
}
