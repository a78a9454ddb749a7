import { addProfiles } from "../data/profiles.ts";
import { FEW_USERS, freshStore, keptStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { rateRatio, told } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startBare } from "../sides/bare.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import { startWebdis } from "../sides/webdis.ts";
import type { Case } from "./case.ts";

/** Of the store that does not fit into the cache. */
const USERS = 1_000_000;
/** Holds all users that most requests draw from, and about four in a hundred of the others. */
const CACHE_BYTES = 16 * 2 ** 20;

/** The attributes of a hundred users, another hundred every time. */
export const batch: Case = async (bench) => {
  const larger = await keptStore(bench, USERS);
  const store = await freshStore(bench);
  await using webdis = await startWebdis(bench, store);
  addProfiles(store, FEW_USERS);
  await using bare = await startBare(bench, store);
  await using ours = await startUsermeta(bench, { store });
  await using partly = await startUsermeta(bench, {
    name: "usermeta, 1 M users",
    store: larger,
    cacheBytes: CACHE_BYTES,
  });
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const withFurther: Draw = { ...draw, further: USERS - FEW_USERS };
  const series = await measureRounds(bench, {
    webdis: webdis && { side: webdis, what: "MGET of 100", request: webdis.requests.batch, draw },
    bare: { side: bare, what: "batch of 100", request: bare.requests.batch, draw },
    ours: { side: ours, what: "batch of 100", request: ours.requests.batch, draw },
    bareChinese: { side: bare, what: "batch of 100, Chinese", request: bare.requests.chinese, draw },
    chinese: { side: ours, what: "batch of 100, Chinese", request: ours.requests.chinese, draw },
    ascii: { side: ours, what: "batch of 100, ASCII", request: ours.requests.ascii, draw },
    twoOfThree: { side: ours, what: "batch of 100, ASCII, 2 of 3", request: ours.requests.twoOfThree, draw },
    bareRealistic: { side: bare, what: "batch of 100 of 400 bytes", request: bare.requests.realistic, draw },
    realistic: { side: ours, what: "batch of 100 of 400 bytes", request: ours.requests.realistic, draw },
    twoOfFive: { side: ours, what: "batch of 100 of 400 bytes, 2 of 5", request: ours.requests.twoOfFive, draw },
    inMemory: { side: partly, what: "batch of 100, all in memory", request: partly.requests.batch, draw },
    oneFurther: {
      side: partly,
      what: "batch of 100, 1 not in memory",
      request: partly.requests.oneFurther,
      draw: withFurther,
    },
  });
  return {
    series,
    measured: {
      batchOverBare: rateRatio(series.ours, series.bare),
      batchOverWebdis: rateRatio(series.ours, series.webdis),
      batchTwoOfThree: rateRatio(series.twoOfThree, series.ascii),
      batchTwoOfFive: rateRatio(series.twoOfFive, series.realistic),
      batchChinese: rateRatio(series.chinese, series.ascii),
      batchNotInMemory: rateRatio(series.oneFurther, series.inMemory),
    },
    notes: [
      "ASCII and Chinese: three attributes with as many bytes in either. Of 400 bytes: five attributes, the address of " +
        "the avatar with 120 characters. Users in other lines: five attributes with about 150 bytes, one in five users " +
        "with some text beyond ASCII.",
      `over the bare server, with Chinese text ${told(rateRatio(series.chinese, series.bareChinese))}, with 400 bytes ` +
        told(rateRatio(series.realistic, series.bareRealistic)),
      `1 not in memory: USERMETA_CACHE_BYTES=${CACHE_BYTES}, 99 users of ${FEW_USERS} and one of the other ${USERS - FEW_USERS}`,
    ],
  };
};
