import type { TestDatabase } from "../harness/mariadb.ts";
import { ACCOUNT } from "../harness/mariadb-server.ts";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { Client } from "./client.ts";
import { FaultLoad } from "./fault-load.ts";
import type { GaleraCluster } from "./galera.ts";
import { INITIAL } from "./recorded-load.ts";
import { type GateState, TcpGate } from "./tcp-gate.ts";
import { Unserved } from "./unserved.ts";

const SERVERS = 3;
const USERS = Array.from({ length: 24 }, (_, index) => `user${index}`);
const USER_BYTES_MAX = 250;
/** Not enough for all users together. */
const APP_BYTES_MAX = USERS.length * 150;
const LOOK_MS = 20;
const READY_DEADLINE_MS = 30_000;
const LOG_CHARACTERS_TOLD = 4000;

/** One node for all servers, as docs/CLUSTER.md recommends, or a node for each. */
type WritesOn = "one node" | "nodes of their own";

/** Settings of its servers, where a test needs other than the usual ones. */
interface FaultClusterSettings {
  readonly appBytesMax?: number;
  /** The address's `timeout`. */
  readonly timeoutMs?: number;
}

interface FaultClusterParts extends FaultClusterSettings {
  readonly galera: GaleraCluster;
  readonly database: TestDatabase;
  /** Before each of the nodes. */
  readonly gates: readonly TcpGate[];
  readonly writesOn: WritesOn;
  readonly stack: AsyncDisposableStack;
}

/** Three servers, three database nodes, and the network between them. */
export class FaultCluster implements AsyncDisposable {
  readonly galera: GaleraCluster;
  readonly #database: TestDatabase;
  readonly #gates: readonly TcpGate[];
  readonly #servers: UsermetaProcess[] = [];
  readonly #origins: string[] = [];
  readonly #stack: AsyncDisposableStack;
  readonly #writesOn: WritesOn;
  readonly #timeoutMs: number | undefined;
  readonly appBytesMax: number;

  constructor(parts: FaultClusterParts) {
    this.galera = parts.galera;
    this.#database = parts.database;
    this.#gates = parts.gates;
    this.#writesOn = parts.writesOn;
    this.#stack = parts.stack;
    this.#timeoutMs = parts.timeoutMs;
    this.appBytesMax = parts.appBytesMax ?? APP_BYTES_MAX;
  }

  get users(): readonly string[] {
    return USERS;
  }

  /** Where the servers are at present. */
  get origins(): readonly string[] {
    return this.#origins;
  }

  /** Lines that its servers have logged of an event. */
  lines(event: string): readonly string[] {
    return this.#servers.flatMap(({ log }) => log.split("\n").filter((line) => line.includes(`"event":"${event}"`)));
  }

  async startServer(server: number): Promise<void> {
    const started = new UsermetaProcess(this.#storeUrl(server), {
      USERMETA_USER_BYTES_MAX: `${USER_BYTES_MAX}`,
      USERMETA_APP_BYTES_MAX: `${this.appBytesMax}`,
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

  /** The history begins with the users' present values. */
  async load(): Promise<FaultLoad> {
    const initial = new Map<string, string>();
    await using client = new Client(() => this.#origins[0] ?? "");
    for (const user of USERS) initial.set(user, (await client.attributes(user)).v ?? INITIAL);
    const needs = { users: USERS, userBytesMax: USER_BYTES_MAX, appBytesMax: this.appBytesMax };
    return new FaultLoad({ ...needs, origins: () => this.#origins, told: () => this.#told() }, initial);
  }

  /** Those of all servers, on all nodes; how many there were. */
  async killConnections(): Promise<number> {
    let killed = 0;
    for (const { server } of this.galera.nodes) {
      const rows = await server.query("SELECT id FROM information_schema.processlist WHERE user = ?", [ACCOUNT.user]);
      for (const { id } of rows) {
        // One may have ended in the meantime.
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
    const deadline = performance.now() + READY_DEADLINE_MS;
    while ((await this.isReady()).includes(!ready)) {
      if (performance.now() > deadline) throw new Unserved(`not all servers say ${ready}: ${await this.#told()}`);
      await Bun.sleep(LOOK_MS);
    }
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

  async #told(): Promise<string> {
    const nodes = await Promise.all(this.galera.nodes.map((node) => node.told()));
    const servers = this.#servers.map(({ log }, server) => `server ${server}:\n${log.slice(-LOG_CHARACTERS_TOLD)}`);
    return [...nodes, ...servers].join("\n");
  }

  #storeUrl(server: number): string {
    const first = this.#writesOn === "one node" ? 0 : server;
    const gates = [...this.#gates.slice(first), ...this.#gates.slice(0, first)];
    const hosts = gates.map(({ port }) => `127.0.0.1:${port}`).join(",");
    const query = this.#timeoutMs === undefined ? "" : `?timeout=${this.#timeoutMs}`;
    return `mysql://${ACCOUNT.user}:${encodeURIComponent(ACCOUNT.password)}@${hosts}/${this.#database.name}${query}`;
  }
}

/** On nodes that outlive it. */
export async function startFaultCluster(
  galera: GaleraCluster,
  writesOn: WritesOn,
  settings: FaultClusterSettings = {},
): Promise<FaultCluster> {
  await using stack = new AsyncDisposableStack();
  const database = await galera.freshDatabase();
  const gates = await Promise.all(galera.nodes.map(({ server }) => TcpGate.before(server.port)));
  for (const gate of gates) stack.use(gate);
  const cluster = new FaultCluster({ galera, database, gates, writesOn, ...settings, stack: stack.move() });
  // All at the same time, on an empty database: one of them creates the schema.
  await Promise.all(Array.from({ length: SERVERS }, (_, server) => cluster.startServer(server)));
  await cluster.addUsers();
  return cluster;
}
