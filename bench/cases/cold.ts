import { readIntoPageCache } from "../data/read-into-page-cache.ts";
import { FEW_USERS, keptStore, MANY_USERS } from "../data/stores.ts";
import { ask } from "../measure/answer.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startNginx } from "../sides/nginx.ts";
import { startUsermeta, type Usermeta } from "../sides/usermeta.ts";
import { BATCH } from "../sides/usermeta-requests.ts";
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
    resident: {
      side: ours,
      what: `get of ${FEW_USERS} of them, in memory`,
      request: ours.requests.get,
      prepare: () => readFirst(ours, FEW_USERS),
      draw: { kind: "uniform", count: FEW_USERS },
    },
  });
  return {
    series,
    measured: {
      coldOverNginx: rateRatio(series.ours, series.nginx),
      coldOverResident: rateRatio(series.ours, series.resident),
    },
    notes: [
      `USERMETA_CACHE_BYTES=${CACHE_BYTES}; the store's file is read into the operating system's page cache before ` +
        "each measurement",
    ],
  };
};

/** Has the server cache the first users. */
async function readFirst({ port, requests }: Usermeta, users: number): Promise<void> {
  for (let first = 0; first < users; first += BATCH) await ask(port, requests.list(first));
}
