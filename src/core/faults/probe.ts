import { inTime } from "../admission/in-time.ts";
import { createSharedResult } from "../admission/shared-result.ts";
import type { StoreHealth } from "../ports/store-health.ts";
import type { StoreTroubleKind } from "../ports/store-trouble.ts";
import type { Timers } from "../ports/system/timers.ts";

/** Checks whether the store reads and writes. A process has one; workers call it by message. */
export interface Probe {
  /** As `StoreHealth.ping`, but the result is up to a second old. Refuses with `busy` after WAIT_MAX_MS. */
  check(): Promise<readonly StoreTroubleKind[]>;
}

/** Minimum interval: a ping may write, and any client may cause one. */
const EVERY_MS = 1000;
const WAIT_MAX_MS = 2000;

/** All callers share one ping at a time, and at most one per second. */
export function createProbe(store: Pick<StoreHealth, "ping">, timers: Timers): Probe {
  const pings = createSharedResult({ resource: "probe", everyMs: EVERY_MS, timers }, () => store.ping());
  return { check: () => inTime(pings.latest(), WAIT_MAX_MS, timers) };
}
