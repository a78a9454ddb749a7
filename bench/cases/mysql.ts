import { join } from "node:path";
import { freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { rateRatio, ratio } from "../measure/ratios.ts";
import { type Contender, measureRounds, type Series } from "../measure/rounds.ts";
import { median } from "../measure/statistics.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../sides/cluster.ts";
import { startMariadb } from "../sides/mariadb.ts";
import type { Case } from "./case.ts";

const USERS = 100_000;
const MAIN = join(import.meta.dir, "../../src/main.ts");

/** As it is built, each by itself over as many connections and over as many as a usual pool has, and two processes. */
const SIDES = {
  apart: { name: "each by itself", processes: 1, isTogether: false, connections: 2 },
  pooled: { name: "each by itself, 16", processes: 1, isTogether: false, connections: 16 },
  ours: { name: "usermeta on MariaDB", processes: 1, isTogether: true, connections: 2 },
  two: { name: "two of usermeta", processes: 2, isTogether: true, connections: 2 },
} satisfies Readonly<Record<string, ClusterOptions>>;

/** Gets and sets on a database that other servers may have too. */
export const mysql: Case = async (bench) => {
  await using stack = new AsyncDisposableStack();
  const mariadb = await startMariadb(bench);
  if (mariadb === undefined) return { series: {}, measured: {} };
  stack.use(mariadb);
  const from = `sqlite:${await freshStore(bench, USERS)}`;
  await finishedCommand([process.execPath, MAIN, "copy", "--from", from, "--to", mariadb.url], bench);
  const sides: Partial<Record<keyof typeof SIDES, Cluster>> = {};
  const start = async (name: keyof typeof SIDES): Promise<Cluster> => {
    sides[name] ??= stack.use(await startCluster(bench, mariadb, SIDES[name]));
    return sides[name];
  };
  const draw: Draw = { kind: "uniform", count: USERS };
  const contender = async (name: keyof typeof SIDES, what: "get" | "set"): Promise<Contender> => {
    const side = await start(name);
    return { side, what, request: side.requests[what], draw, conflictsExpected: what === "set" };
  };
  const series = await measureRounds(bench, {
    getApart: await contender("apart", "get"),
    getPooled: await contender("pooled", "get"),
    get: await contender("ours", "get"),
    getTwo: await contender("two", "get"),
    setApart: await contender("apart", "set"),
    setPooled: await contender("pooled", "set"),
    set: await contender("ours", "set"),
    setTwo: await contender("two", "set"),
  });
  const ownCpu = ({ counts, requests }: Series["measurements"][number]): number =>
    (counts.serverCpu ?? Number.NaN) / requests;
  return {
    series,
    measured: {
      mysqlGet: rateRatio(series.get, better(series.getApart, series.getPooled)),
      mysqlSet: rateRatio(series.set, better(series.setApart, series.setPooled)),
      mysqlProcesses: ratio(series.getTwo, series.get, ownCpu),
    },
    notes: [
      "Database and servers share one core, on all sides alike; a side that asks the database less leaves it more.",
      "What goes each by itself is held against the better of two and of sixteen connections.",
      ...Object.values(series).flatMap((each) => (each === undefined ? [] : [perRequest(each)])),
    ],
  };
};

function better(a: Series | undefined, b: Series | undefined): Series | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return typical(a, ({ perSecond }) => perSecond) > typical(b, ({ perSecond }) => perSecond) ? a : b;
}

function perRequest(series: Series): string {
  const each = (name: string): number => typical(series, ({ counts, requests }) => (counts[name] ?? 0) / requests);
  const micros = (name: string): string => (each(name) * 1e6).toFixed(1);
  return (
    `${series.contender.side.name}, ${series.contender.what}: ${each("queries").toFixed(3)} statements and ` +
    `${each("flushes").toFixed(3)} flushes per request, ${micros("serverCpu")} µs of the servers and ` +
    `${micros("databaseCpu")} µs of the database`
  );
}

function typical(series: Series, figure: (measurement: Series["measurements"][number]) => number): number {
  return median(series.measurements.map(figure));
}
