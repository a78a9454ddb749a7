import { join } from "node:path";
import { freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { CONNECTIONS } from "../load/wrk.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import type { Measurement } from "../measure/measurement.ts";
import { rateRatio, ratio, told } from "../measure/ratios.ts";
import { type Contender, measureRounds, type Series } from "../measure/rounds.ts";
import { median } from "../measure/statistics.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../sides/cluster.ts";
import { issueToken } from "../sides/issue-token.ts";
import { startMariadb } from "../sides/mariadb.ts";
import type { Case } from "./case.ts";

const USERS = 100_000;
const MAIN = join(import.meta.dir, "../../src/main.ts");

/** As many connections as the server has, and as many as a pool usually has. */
const APART = [2, 16] as const;

/** Gets and sets on a database that other servers may use too. */
export const mysql: Case = async (bench) => {
  await using stack = new AsyncDisposableStack();
  const mariadb = await startMariadb(bench);
  if (mariadb === undefined) return { series: {}, measured: {} };
  stack.use(mariadb);
  const from = `sqlite:${await freshStore(bench, USERS)}`;
  await finishedCommand([process.execPath, MAIN, "copy", "--from", from, "--to", mariadb.url], bench);
  const token = await issueToken(mariadb.url, bench.signal);
  const start = async (name: string, kind: ClusterOptions["kind"]): Promise<Cluster> =>
    stack.use(await startCluster(bench, mariadb, { name, kind, token }));

  const apart = await start(`each by itself over ${APART[0]}`, { apartOnConnections: APART[0] });
  const pooled = await start(`each by itself over ${APART[1]}`, { apartOnConnections: APART[1] });
  const ours = await start("usermeta on MariaDB", { processes: 1 });
  const two = await start("two of usermeta on MariaDB", { processes: 2 });

  const draw: Draw = { kind: "uniform", count: USERS };
  const get = (side: Cluster): Contender => ({ side, what: "get", request: side.requests.get, draw });
  const set = (side: Cluster): Contender => ({
    side,
    what: "set of 2",
    request: side.requests.set,
    draw,
    conflictsExpected: true,
  });
  const series = await measureRounds(bench, {
    getApart: get(apart),
    getPooled: get(pooled),
    get: get(ours),
    getTwo: get(two),
    getTwoFull: { ...get(two), what: `get, ${CONNECTIONS} each`, connections: 2 * CONNECTIONS },
    setApart: set(apart),
    setPooled: set(pooled),
    set: set(ours),
    setTwo: set(two),
    setTwoFull: { ...set(two), what: `set of 2, ${CONNECTIONS} each`, connections: 2 * CONNECTIONS },
  });
  const twoOverOne = (counter: string, get: Series | undefined, set: Series | undefined): string =>
    `${told(ratio(get, series.get, perRequest(counter)))} for gets and ` +
    `${told(ratio(set, series.set, perRequest(counter)))} for sets`;
  return {
    series,
    measured: {
      mysqlGet: rateRatio(series.get, series.getApart),
      mysqlSet: rateRatio(series.set, series.setApart),
      mysqlProcessesGet: ratio(series.getTwoFull, series.get, perRequest("serverCpu")),
      mysqlProcessesSet: ratio(series.setTwoFull, series.set, perRequest("serverCpu")),
    },
    notes: [
      "On all sides the database shares the servers' core: on the load's core it would slow the load of the sides that " +
        "query it most, and unbound it would slow both. So a rate is the work of one core for everything, and a side " +
        "that queries the database less has more of it; with a database on a separate machine every side would have " +
        "a whole core.",
      `The goals compare with the same server without batching, with as many connections. Over one ` +
        `with ${APART[1]} connections for each kind, get is ${told(rateRatio(series.get, series.getPooled))} and set ` +
        `${told(rateRatio(series.set, series.setPooled))}.`,
      "The figures include the statements, flushes and processor time of idle servers meanwhile.",
      `CPU of the servers per request, two processes over one, with ${CONNECTIONS} connections for both together, so ` +
        `that half as many calls wait in each: ${twoOverOne("serverCpu", series.getTwo, series.setTwo)}.`,
      `CPU of the database per request, two processes over one: with ${CONNECTIONS} connections each ` +
        `${twoOverOne("databaseCpu", series.getTwoFull, series.setTwoFull)}; with ${CONNECTIONS} for both together ` +
        `${twoOverOne("databaseCpu", series.getTwo, series.setTwo)}.`,
      ...Object.values(series).flatMap((each) => (each === undefined ? [] : [costs(each)])),
    ],
  };
};

function costs(series: Series): string {
  const each = (name: string): number => typical(series, perRequest(name));
  const micros = (name: string): string => `${(each(name) * 1e6).toFixed(1)} µs`;
  return (
    `${series.contender.side.name}, ${series.contender.what}: ${each("statements").toFixed(3)} statements and ` +
    `${each("flushes").toFixed(4)} flushes per request, ${micros("serverCpu")} of the servers and ` +
    `${micros("databaseCpu")} of the database`
  );
}

/** Of what the side counts. */
function perRequest(name: string): (measurement: Measurement) => number {
  return ({ counts, requests }) => (counts[name] ?? Number.NaN) / requests;
}

/** Of the rounds that count. */
function typical({ measurements }: Series, figure: (measurement: Measurement) => number): number {
  return median(measurements.filter(({ fault }) => fault === undefined).map(figure));
}
