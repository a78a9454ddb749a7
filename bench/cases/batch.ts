import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import { startWebdis } from "../sides/webdis.ts";
import type { Case } from "./case.ts";

/** The attributes of a hundred users, another hundred every time. */
export const batch: Case = async (bench) => {
  const store = await freshStore(bench);
  await using webdis = await startWebdis(bench, store);
  await using ours = await startUsermeta(bench, { store });
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const series = await measureRounds(bench, {
    webdis: webdis && { side: webdis, what: "MGET of 100", request: webdis.requests.batch, draw },
    ours: { side: ours, what: "batch of 100", request: ours.requests.batch, draw },
    oursOfTwo: { side: ours, what: "batch of 100, two properties", request: ours.requests.batchOfTwo, draw },
  });
  return { series, measured: { batchOverWebdis: rateRatio(series.ours, series.webdis) } };
};
