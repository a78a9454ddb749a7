import type { TestDatabase } from "../harness/mariadb.ts";
import { ACCOUNT } from "../harness/mariadb-server.ts";
import { Client } from "./client.ts";
import { FaultLoad } from "./fault-load.ts";
import { type GaleraCluster, startGalera } from "./galera.ts";
import { INITIAL } from "./recorded-load.ts";
import { type GateState, TcpGate } from "./tcp-gate.ts";
import { UsermetaProcess } from "./usermeta-process.ts";

const SERVERS = 3;
const USERS = Array.from({ length: 24 }, (_, index) => `user${index}`);
const USER_BYTES_MAX = 250;
/** Not enough for all of them at once. */
const APP_BYTES_MAX = USERS.length * 150;
const LOOK_MS = 20;

/** Three servers, three database nodes, and the network between them. */
export class FaultCluster implements AsyncDisposable {
  readonly galera: GaleraCluster;
  readonly #database: TestDatabase;
  readonly #gates: readonly TcpGate[];
  readonly #servers: UsermetaProcess[] = [];
  readonly #origins: string[] = [];
  readonly #stack: AsyncDisposableStack;

  constructor(galera: GaleraCluster, database: TestDatabase, gates: readonly TcpGate[], stack: AsyncDisposableStack) {
    this.galera = galera;
    this.#database = database;
    this.#gates = gates;
    this.#stack = stack;
  }

  async startServer(server: number): Promise<void> {
    const started = new UsermetaProcess(this.#storeUrl, {
      USERMETA_USER_BYTES_MAX: `${USER_BYTES_MAX}`,
      USERMETA_APP_BYTES_MAX: `${APP_BYTES_MAX}`,
    });
    this.#servers[server] = started;
    this.#origins[server] = await started.origin();
  }

  async restartServer(server: number): Promise<void> {
    await this.#servers[server]?.end("SIGKILL");
    await this.startServer(server);
  }

  async addUsers(): Promise<void> {
    await using client = new Client(() => this.#origins[0] ?? "");
    for (const username of USERS) await client.register(username);
  }

  /** What the users have now is what the history begins with. */
  async load(): Promise<FaultLoad> {
    const initial = new Map<string, string>();
    await using client = new Client(() => this.#origins[0] ?? "");
    for (const user of USERS) initial.set(user, (await client.attributes(user)).v ?? INITIAL);
    const needs = { users: USERS, userBytesMax: USER_BYTES_MAX, appBytesMax: APP_BYTES_MAX };
    return new FaultLoad({ ...needs, origins: () => this.#origins }, initial);
  }

  /** Those of all servers, on all nodes; how many there were. */
  async killConnections(): Promise<number> {
    let killed = 0;
    for (const { server } of this.galera.nodes) {
      const rows = await server.query("SELECT id FROM information_schema.processlist WHERE user = ?", [ACCOUNT.user]);
      for (const { id } of rows) {
        // One may have ended by itself in the meantime.
        await server.query(`KILL CONNECTION ${Number(id)}`).catch(() => {});
        killed += 1;
      }
    }
    return killed;
  }

  network(state: GateState): void {
    for (const gate of this.#gates) gate.set(state);
  }

  async isReady(): Promise<readonly boolean[]> {
    return await Promise.all(this.#origins.map(async (origin) => (await fetch(`${origin}/-/ready`)).status === 200));
  }

  /** Resolves, with the moment, when every server says so. */
  async untilReady(ready: boolean): Promise<number> {
    while ((await this.isReady()).includes(!ready)) await Bun.sleep(LOOK_MS);
    return performance.now();
  }

  /** Of all servers, by name. */
  logged(event: string): number {
    return this.#servers.reduce((sum, server) => sum + server.count(event), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.end("SIGKILL")));
    await this.#stack.disposeAsync();
  }

  /** The same for all servers, so that all write on the same node: see docs/CLUSTER.md. */
  get #storeUrl(): string {
    const hosts = this.#gates.map(({ port }) => `127.0.0.1:${port}`).join(",");
    return `mysql://${ACCOUNT.user}:${encodeURIComponent(ACCOUNT.password)}@${hosts}/${this.#database.name}`;
  }
}

export async function startFaultCluster(): Promise<FaultCluster> {
  await using stack = new AsyncDisposableStack();
  const galera = stack.use(await startGalera());
  const database = await galera.freshDatabase();
  const gates = await Promise.all(galera.nodes.map(({ server }) => TcpGate.before(server.port)));
  for (const gate of gates) stack.use(gate);
  const cluster = new FaultCluster(galera, database, gates, stack.move());
  // All at once, on an empty database: one of them makes the schema.
  await Promise.all(Array.from({ length: SERVERS }, (_, server) => cluster.startServer(server)));
  await cluster.addUsers();
  return cluster;
}
