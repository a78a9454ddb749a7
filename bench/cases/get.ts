import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startBare } from "../sides/bare.ts";
import { startNginx } from "../sides/nginx.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import { startWebdis } from "../sides/webdis.ts";
import type { Case } from "./case.ts";

/** The attributes of one user. */
export const get: Case = async (bench) => {
  const store = await freshStore(bench);
  await using webdis = await startWebdis(bench, store);
  await using bare = await startBare(bench, store);
  await using ours = await startUsermeta(bench, { store });
  await using nginx = await startNginx(bench, ours);
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const series = await measureRounds(bench, {
    nginx: nginx && { side: nginx, what: "static file", request: nginx.requests.get, draw: nginx.draw },
    webdis: webdis && { side: webdis, what: "HGETALL", request: webdis.requests.get, draw },
    bare: { side: bare, what: "get", request: bare.requests.get, draw },
    ours: { side: ours, what: "get", request: ours.requests.get, draw },
  });
  return {
    series,
    measured: {
      getOverNginx: rateRatio(series.ours, series.nginx),
      getOverBare: rateRatio(series.ours, series.bare),
      getOverWebdis: rateRatio(series.ours, series.webdis),
    },
  };
};
