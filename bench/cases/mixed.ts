import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { CONNECTIONS, runWrk, type WrkLoad } from "../load/wrk.ts";
import { LOAD_CORE } from "../measure/cores.ts";
import { rateRatio, ratio } from "../measure/ratios.ts";
import { type Contender, measureRounds } from "../measure/rounds.ts";
import { median } from "../measure/statistics.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

/** The seed of the sets: other users than those currently read. */
const SET_SEED = 1000;

/** Reads while the same number of connections constantly set. */
export const mixed: Case = async (bench) => {
  const store = await freshStore(bench);
  await using ours = await startUsermeta(bench, { store });
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const get = { side: ours, request: ours.requests.get, draw } satisfies Partial<Contender>;
  const setsPerSecond: number[] = [];

  const series = await measureRounds(bench, {
    alone: { ...get, what: "get alone" },
    beside: {
      ...get,
      what: `get beside ${CONNECTIONS} that set`,
      async meanwhile(seconds) {
        const seed = SET_SEED + setsPerSecond.length;
        const load: WrkLoad = { port: ours.port, request: ours.requests.set, draw, seconds, seed, core: LOAD_CORE };
        const sets = await runWrk({ ...load, conflictsExpected: true }, bench.signal);
        if (sets.failures + sets.socketErrors > 0) bench.warn("mixed: some of the sets beside the reads failed");
        setsPerSecond.push((sets.requests - sets.conflicts) / (sets.micros / 1e6));
      },
    },
  });
  return {
    series,
    measured: {
      mixedRate: rateRatio(series.beside, series.alone),
      mixedP99: ratio(series.beside, series.alone, ({ p99Us }) => p99Us),
    },
    notes: [`beside the reads ${Math.round(median(setsPerSecond))} sets a second were answered with 200`],
  };
};
