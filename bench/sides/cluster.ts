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

export interface Cluster extends Side {
  readonly requests: UsermetaRequests;
}

export interface ClusterOptions {
  readonly name: string;
  readonly processes: number;
  /** Reads and sets that wait together go together; otherwise each by itself. */
  readonly isTogether: boolean;
  /** That read attributes, and as many that write them, in each process. */
  readonly connections: number;
}

const OPERATOR_KEY = "operator-of-the-benchmark";
const ENTRY = join(import.meta.dir, "cluster-server.ts");

/** Servers of one store in a database, on one port; they and the database share the servers' core. */
export async function startCluster(bench: Bench, mariadb: Mariadb, options: ClusterOptions): Promise<Cluster> {
  const { name, processes, isTogether, connections } = options;
  const folder = mkdtempSync(join(bench.folder, "cluster-"));
  const port = await freePort();
  const mode = isTogether ? "together" : "apart";
  await using starting = new AsyncDisposableStack();
  const servers: StartedProcess[] = [];
  for (let count = 0; count < processes; count++) {
    const command = [process.execPath, ENTRY, mariadb.url, `${port}`, mode, `${connections}`, OPERATOR_KEY] as const;
    const server = starting.use(new StartedProcess(command, { folder, core: SERVER_CORE, env: startEnvironment() }));
    servers.push(server);
    await awaitReady(server, bench.signal, async () => (await ask(port, filledIn(HEALTH))).status === 200);
  }
  const pids = servers.map(({ pid }) => pid);
  const owned = starting.move();
  return {
    name,
    port,
    pids: [...pids, mariadb.pid],
    settings: `${mariadb.settings}, on the same core; ${connections} connections that read attributes and as many that write them, in each process`,
    requests: usermetaRequests(OPERATOR_KEY),
    async counters() {
      return { ...(await mariadb.counters()), serverCpu: cpuSeconds(pids), databaseCpu: cpuSeconds([mariadb.pid]) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
