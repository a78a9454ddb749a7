import { inTime } from "./admission/in-time.ts";
import { createSharedResult } from "./admission/shared-result.ts";
import type { Store, Timers } from "./ports.ts";

/** Rejects when the store does not read and write, or does not say so in time. */
export type Probe = () => Promise<void>;

/** A probe may write, and anybody may ask for one. */
const EVERY_MS = 1000;
const WAIT_MAX_MS = 2000;

/** One at a time and one a second, its result shared by all who ask. There is one of it in a process. */
export function createProbe(store: Pick<Store, "ping">, timers: Timers): Probe {
  const probe = createSharedResult({ resource: "probe", everyMs: EVERY_MS, timers }, () => store.ping());
  return () => inTime(probe.latest(), WAIT_MAX_MS, timers);
}
