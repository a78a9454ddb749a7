import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { freshStore } from "../data/stores.ts";
import { residentBytes } from "../measure/process-tree.ts";
import { measured } from "../measure/ratios.ts";
import { median } from "../measure/statistics.ts";
import { startUsermeta, type UsermetaOptions } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

const STARTS = 10;
const IDLE_MS = 5000;

/** The time of a start and the resident memory without requests. */
export const idle: Case = async (bench) => {
  const store = await freshStore(bench);
  const starts: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    await using ours = await startUsermeta(bench, { store });
    starts.push(ours.startMs);
  }
  const fresh = await idleMegabytes(bench, {});
  const filled = await idleMegabytes(bench, { store });
  bench.progress(`  start ${median(starts).toFixed(0)} ms, memory ${fresh.toFixed(0)} and ${filled.toFixed(0)} MB`);
  return {
    series: {},
    measured: { idleStart: measured(starts), idleMemory: measured([Math.max(fresh, filled)]) },
    notes: [
      `${fresh.toFixed(0)} MB with a fresh store, ${filled.toFixed(0)} MB with the one of the other cases; ` +
        `the start is the median of ${STARTS}, from starting the process to the first 200`,
    ],
  };
};

async function idleMegabytes(bench: Bench, options: UsermetaOptions): Promise<number> {
  await using ours = await startUsermeta(bench, options);
  await pause(IDLE_MS, undefined, { signal: bench.signal });
  return residentBytes(ours.pids) / 1e6;
}
