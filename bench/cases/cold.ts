import { readIntoPageCache } from "../data/read-into-page-cache.ts";
import { keptStore, MANY_USERS } from "../data/stores.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startNginx } from "../sides/nginx.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

const CACHE_BYTES = 8 * 2 ** 20;

/** One user of ten million, all equally likely: hardly any of them is cached. */
export const cold: Case = async (bench) => {
  const store = await keptStore(bench);
  await using ours = await startUsermeta(bench, { store, cacheBytes: CACHE_BYTES });
  await using nginx = await startNginx(bench, ours);
  const series = await measureRounds(bench, {
    nginx: nginx && { side: nginx, what: "static file", request: nginx.requests.get, draw: nginx.draw },
    ours: {
      side: ours,
      what: "get of 10 M users",
      request: ours.requests.get,
      prepare: () => readIntoPageCache(store, bench.signal),
      draw: { kind: "uniform", count: MANY_USERS },
    },
  });
  return {
    series,
    measured: { coldOverNginx: rateRatio(series.ours, series.nginx) },
    notes: [
      `USERMETA_CACHE_BYTES=${CACHE_BYTES}; the store's file is read into the operating system's page cache before ` +
        "each measurement",
    ],
  };
};
