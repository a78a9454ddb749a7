import type { MariadbServer } from "../harness/mariadb-server.ts";
import { Unserved } from "./unserved.ts";

const SYNCED_DEADLINE_MS = 60_000;
const LOOK_MS = 100;
const LOG_LINES_TOLD = 40;
/** Of a database that is asked how it is, on a busy machine. */
const ANSWER_DEADLINE_MS = 5000;

const STATUS =
  "SHOW STATUS WHERE Variable_name IN " +
  "('wsrep_cluster_status', 'wsrep_cluster_size', 'wsrep_ready', 'wsrep_local_state_comment')";

type Status = ReadonlyMap<string, string>;

/** One node of a cluster. */
export class GaleraNode {
  readonly server: MariadbServer;

  constructor(server: MariadbServer) {
    this.server = server;
  }

  /** Joins the others again after it was killed. */
  async rejoin(): Promise<void> {
    this.server.spawn();
    try {
      await this.server.up();
    } catch (error) {
      throw new Unserved(`the node on port ${this.server.port} did not come up`, { cause: error });
    }
    await this.synced(2);
  }

  /** Resolves when it is part of a cluster of `count` nodes. */
  async synced(count: number): Promise<void> {
    const deadline = performance.now() + SYNCED_DEADLINE_MS;
    while (!(await this.#isSynced(count))) {
      if (performance.now() > deadline) throw new Unserved(`the node on port ${this.server.port} has not joined`);
      await Bun.sleep(LOOK_MS);
    }
  }

  /** Why it does not serve, unless a test has ended or frozen it; undefined = it serves. */
  async fault(): Promise<string | undefined> {
    const { port, state, end } = this.server;
    if (state === "died") return `the node on port ${port} has died of itself (${end})`;
    if (state !== "running") return undefined;
    let status: Status | undefined;
    try {
      status = await this.#status();
    } catch (error) {
      // It serves others: they may have taken all its connections, and that is not its fault.
      if (isRefusal(error)) return undefined;
      return `the node on port ${port} cannot be asked: ${error}`;
    }
    if (status === undefined) return `the node on port ${port} does not answer`;
    const isServing = status.get("wsrep_cluster_status") === "Primary" && status.get("wsrep_ready") === "ON";
    return isServing ? undefined : `the node on port ${port} does not serve: ${told(status)}`;
  }

  /** Its status and the end of its log, for when a test fails. */
  async told(): Promise<string> {
    const { port, state } = this.server;
    const status = await this.#status().catch(String);
    const log = (await this.server.logged()).trimEnd().split("\n").slice(-LOG_LINES_TOLD);
    const answer = typeof status === "string" ? status : told(status);
    return [`node on port ${port}, ${state}: ${answer}`, ...log].join("\n");
  }

  async #isSynced(count: number): Promise<boolean> {
    // A node that receives the others' data answers no queries meanwhile.
    const status = await this.#status().catch(() => undefined);
    return (
      status?.get("wsrep_ready") === "ON" &&
      status.get("wsrep_local_state_comment") === "Synced" &&
      Number(status.get("wsrep_cluster_size")) >= count
    );
  }

  /** Undefined = it did not say in time. */
  async #status(): Promise<Status | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), ANSWER_DEADLINE_MS);
    try {
      const rows = await Promise.race([this.server.query(STATUS), late]);
      return rows && new Map(rows.map(({ Variable_name: name, Value: value }) => [name, value]));
    } finally {
      clearTimeout(timer);
    }
  }
}

function told(status: Status | undefined): string {
  return status === undefined ? "no answer" : [...status].map(([name, value]) => `${name} ${value}`).join(", ");
}

/** The database's own word, which has a number. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "errno" in error && Number(error.errno) > 0;
}
