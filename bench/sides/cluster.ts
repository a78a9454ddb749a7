import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { filledIn } from "../load/request.ts";
import { ask } from "../measure/answer.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { cpuSeconds } from "../measure/process-tree.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import type { Mariadb } from "./mariadb.ts";
import type { Side } from "./side.ts";
import { startEnvironment } from "./usermeta.ts";
import { HEALTH, type UsermetaRequests, usermetaRequests } from "./usermeta-requests.ts";

/** Its counters: those of the database, and the processor seconds of the servers and of the database. */
export interface Cluster extends Side {
  readonly requests: UsermetaRequests;
}

export interface ClusterOptions {
  readonly name: string;
  /** That many processes as `npm start` starts them; or one, in which every read and every set is sent alone. */
  readonly kind: { readonly processes: number } | { readonly apartOnConnections: number };
  /** Of an app's admin. */
  readonly token: string;
}

const MAIN = join(import.meta.dir, "../../src/main.ts");
const APART = join(import.meta.dir, "cluster-server.ts");

/** Servers of one store in a database, which shares the servers' core. */
export async function startCluster(bench: Bench, mariadb: Mariadb, options: ClusterOptions): Promise<Cluster> {
  const { name, kind, token } = options;
  await using starting = new AsyncDisposableStack();
  const servers: { readonly pid: number; readonly port: number }[] = [];
  const start = async (): Promise<(typeof servers)[number]> => {
    const port = await freePort();
    const own = { USERMETA_STORE: mariadb.url, USERMETA_LISTEN: `127.0.0.1:${port}`, USERMETA_LOG: "off" };
    const server = starting.use(
      new StartedProcess(
        "processes" in kind
          ? [process.execPath, MAIN, "serve"]
          : [process.execPath, APART, mariadb.url, `${port}`, `${kind.apartOnConnections}`],
        {
          folder: mkdtempSync(join(bench.folder, "cluster-")),
          core: SERVER_CORE,
          env: { ...startEnvironment(), ...own },
        },
      ),
    );
    await awaitReady(server, bench.signal, async () => (await ask(port, filledIn(HEALTH))).status === 200);
    return { pid: server.pid, port };
  };
  const first = await start();
  servers.push(first);
  while ("processes" in kind && servers.length < kind.processes) servers.push(await start());
  const pids = servers.map(({ pid }) => pid);
  const owned = starting.move();
  return {
    name,
    port: first.port,
    otherPorts: servers.slice(1).map(({ port }) => port),
    pids: [...pids, mariadb.pid],
    settings: `${settingsOf(kind)}; no rate limit, no log; ${mariadb.settings}, on the same core`,
    requests: usermetaRequests(token),
    async counters() {
      return { ...(await mariadb.counters()), serverCpu: cpuSeconds(pids), databaseCpu: cpuSeconds([mariadb.pid]) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function settingsOf(kind: ClusterOptions["kind"]): string {
  if ("apartOnConnections" in kind) {
    const count = kind.apartOnConnections;
    return `a query for each read and a transaction for each set, over ${count} connections that read and ${count} that write`;
  }
  if (kind.processes === 1) return "as `npm start` starts it";
  return `${kind.processes} processes as \`npm start\` starts them, each with a thread of wrk and an equal part of its connections`;
}
