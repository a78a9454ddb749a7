import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { ratio } from "../measure/ratios.ts";
import { type Contender, measureRounds } from "../measure/rounds.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

/** One worker and two, server and load on the same cores. */
export const workers: Case = async (bench) => {
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const start = async (count: number) =>
    await startUsermeta(bench, {
      name: `usermeta, ${count} worker${count === 1 ? "" : "s"}`,
      store: await freshStore(bench),
      workers: count,
      onAllCores: true,
    });
  await using one = await start(1);
  await using two = await start(2);
  const contender = { what: "get", draw, loadOnAllCores: true } satisfies Partial<Contender>;
  const series = await measureRounds(bench, {
    one: { ...contender, side: one, request: one.requests.get },
    two: { ...contender, side: two, request: two.requests.get },
  });
  return {
    series,
    measured: { workers: ratio(series.two, series.one, ({ requests, cpuSeconds }) => requests / cpuSeconds) },
    notes: ["wrk has one thread on these same cores, so the rate of two workers is what it leaves them."],
  };
};
