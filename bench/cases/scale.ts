import type { Bench } from "../bench.ts";
import { readIntoPageCache } from "../data/read-into-page-cache.ts";
import { FEW_USERS, freshStore, keptStore, MANY_USERS } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { measured, rateRatio } from "../measure/ratios.ts";
import { measureRounds, type Series } from "../measure/rounds.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

const STARTS = 5;
/** Measurements are long: that many users take some time to be cached. */
const WARM_UP = 6;

/** Ten million users against ten thousand; a few of them get most of the reads. */
export const scale: Case = async (bench) => {
  const manyStore = await keptStore(bench);
  const starts = await startTimes(bench, manyStore);
  await using few = await startUsermeta(bench, { name: "usermeta, 10 k users", store: await freshStore(bench) });
  await using many = await startUsermeta(bench, { name: "usermeta, 10 M users", store: manyStore });
  const fewest = { side: few, draw: { kind: "zipf", count: FEW_USERS } satisfies Draw } as const;
  const prepare = (): Promise<void> => readIntoPageCache(manyStore, bench.signal);
  const most = { side: many, prepare, draw: { kind: "zipf", count: MANY_USERS } satisfies Draw } as const;
  const set = { what: "set of 2", conflictsExpected: true };
  const series = await measureRounds(bench, {
    fewGet: { ...fewest, what: "get", request: few.requests.get },
    manyGet: { ...most, what: "get", request: many.requests.get, warmUpSeconds: WARM_UP * bench.seconds },
    fewSet: { ...fewest, ...set, request: few.requests.set },
    manySet: { ...most, ...set, request: many.requests.set },
    fewCapacity: { ...fewest, what: "capacity", request: few.requests.capacity },
    manyCapacity: { ...most, what: "capacity", request: many.requests.capacity },
  });
  return {
    series,
    measured: {
      scaleGet: rateRatio(series.manyGet, series.fewGet),
      scaleSet: rateRatio(series.manySet, series.fewSet),
      scaleCapacity: rateRatio(series.manyCapacity, series.fewCapacity),
      scaleStart: measured(starts),
      scaleMemory: measured([peakMegabytes([series.manyGet, series.manySet, series.manyCapacity])]),
    },
    notes: [
      "Users by Zipf's law with YCSB's exponent of 0.99, the hot ones spread over all. Sets that meet at the same " +
        "hot user are refused with 409, the more the fewer users there are; only 200s are counted.",
      "The file with 10 M users is read into the operating system's page cache before each measurement of it.",
    ],
  };
};

async function startTimes(bench: Bench, store: string): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    await using ours = await startUsermeta(bench, { store });
    times.push(ours.startMs);
  }
  return times;
}

function peakMegabytes(series: readonly (Series | undefined)[]): number {
  return Math.max(...series.flatMap((each) => each?.measurements.map(({ peakBytes }) => peakBytes) ?? [])) / 1e6;
}
