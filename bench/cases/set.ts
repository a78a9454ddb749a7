import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import { startWebdis } from "../sides/webdis.ts";
import type { Case } from "./case.ts";

/** Two of five attributes replaced, on disk before the answer. */
export const set: Case = async (bench) => {
  const store = await freshStore(bench);
  await using webdis = await startWebdis(bench, store);
  await using ours = await startUsermeta(bench, { store });
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const conflictsExpected = true;
  const series = await measureRounds(bench, {
    // wrk reads every answer on both sides, so that the load costs both the same.
    webdis: webdis && { side: webdis, what: "HSET of 2", request: webdis.requests.set, draw, conflictsExpected },
    ours: { side: ours, what: "set of 2", request: ours.requests.set, draw, conflictsExpected },
  });
  return {
    series,
    measured: { setOverWebdis: rateRatio(series.ours, series.webdis) },
    notes: [
      "Two sets of the same user that overlap are refused with 409, as the protocol says; only 200s are counted.",
    ],
  };
};
