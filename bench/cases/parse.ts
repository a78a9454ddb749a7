import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { startParseServer } from "../sides/parse-server.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

/** The difference is far larger than the error of a short measurement. */
const SECONDS_MAX = 3;

/** The alternative for a team with profiles of its own. */
export const parse: Case = async (bench) => {
  const store = await freshStore(bench);
  await using server = await startParseServer(bench, store);
  await using ours = await startUsermeta(bench, { store });
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const theirs = server && { side: server, draw };
  const us = { side: ours, draw };
  const set = { what: "set of 2", conflictsExpected: true };
  const series = await measureRounds(
    { ...bench, seconds: Math.min(bench.seconds, SECONDS_MAX) },
    {
      theirGet: theirs && { ...theirs, what: "get by id", request: theirs.side.requests.get },
      ourGet: { ...us, what: "get", request: ours.requests.get },
      theirBatch: theirs && { ...theirs, what: "query for 100 ids", request: theirs.side.requests.batch },
      ourBatch: { ...us, what: "batch of 100", request: ours.requests.batch },
      theirSet: theirs && { ...theirs, ...set, what: "put of 2", request: theirs.side.requests.set },
      ourSet: { ...us, ...set, request: ours.requests.set },
    },
  );
  return {
    series,
    measured: {
      parseGet: rateRatio(series.ourGet, series.theirGet),
      parseBatch: rateRatio(series.ourBatch, series.theirBatch),
      parseSet: rateRatio(series.ourSet, series.theirSet),
    },
  };
};
