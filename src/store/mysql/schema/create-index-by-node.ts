import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";
import { failureKind, storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlHost, MysqlLocation } from "../connection/location.ts";
import { rowsOf, Session } from "../connection/session.ts";

const TIMEOUT_MS = 10_000;
/**
 * An attempt fails if a transaction is in flight on the node for longer than a session waits for a table (a second).
 * Until then the node commits nothing, so servers fail over to their next host, and a later attempt finds the node
 * idle.
 */
const ATTEMPTS = 20;
const ATTEMPT_PAUSE_MS = 500;

export interface IndexStatement {
  readonly sql: string;
  readonly index: string;
  readonly table: string;
}

/** A node of the cluster and its address. */
interface Node {
  readonly host: MysqlHost;
  /** The node's id in the group. */
  readonly id: string;
}

/**
 * Creates an index on one Galera node after the other (`wsrep_OSU_method = RSU`), while the other nodes keep writing.
 * Looks up which nodes have it, so that an interrupted run can be repeated, and so that operators can create it
 * themselves. The store's URL must name every node: on a node without the index, statements that name it fail.
 *
 * The first address comes last: servers write there, and have failed over to another node by then.
 */
export async function createIndexByNode(
  location: MysqlLocation,
  statement: IndexStatement,
  timeoutMs: number,
): Promise<void> {
  const nodes = await allNodes(location, statement);
  for (const { host } of nodes.toReversed()) await createOn(location, host, statement, timeoutMs);
  // A node that was rebuilt from another one meanwhile has the indexes of that node.
  for (const { host } of nodes) {
    if (await hasIndex(location, host, statement)) continue;
    throw new StoreError("busy", `${location.text} has lost an index that was just created: start again`);
  }
}

async function allNodes(location: MysqlLocation, { table }: IndexStatement): Promise<readonly Node[]> {
  const nodes = new Map<string, Node>();
  let size = 0;
  for (const host of location.hosts) {
    const status = await ask<[string, string]>(
      location,
      host,
      "SHOW STATUS WHERE Variable_name IN ('wsrep_gcomm_uuid', 'wsrep_cluster_size')",
    );
    const byName = new Map(status.map(([name, value]) => [name.toLowerCase(), value]));
    const id = byName.get("wsrep_gcomm_uuid") ?? "";
    nodes.set(id, { host, id });
    size = Math.max(size, Number(byName.get("wsrep_cluster_size")));
  }
  if (nodes.size === size) return [...nodes.values()];
  throw new StoreError(
    "location_illegal",
    `${location.text} names ${nodes.size} of the cluster's ${size} nodes: an index of its large table ${table} is created on ` +
      "one after the other, so name them all, or create it yourself (docs/CLUSTER.md § Upgrading)",
  );
}

async function createOn(
  location: MysqlLocation,
  host: MysqlHost,
  statement: IndexStatement,
  timeoutMs: number,
): Promise<void> {
  for (let attempt = 1; !(await hasIndex(location, host, statement)); attempt++) {
    const session = new Session(location, new Hosts([host]));
    try {
      // This connection is closed afterwards: its setting ends with it.
      await session.queryBatch([{ sql: "SET SESSION wsrep_OSU_method = 'RSU'" }, { sql: statement.sql }], timeoutMs);
    } catch (error) {
      if (failureKind(error) === "other") throw storeError(error, location.text);
      if (attempt === ATTEMPTS) throw tooBusy(location, host, error);
      await pause(ATTEMPT_PAUSE_MS);
    } finally {
      await session.close();
    }
  }
}

async function hasIndex(location: MysqlLocation, host: MysqlHost, { index, table }: IndexStatement): Promise<boolean> {
  const sql =
    "SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE() " +
    `AND table_name = '${table}' AND index_name = '${index}'`;
  return (await ask(location, host, sql)).length > 0;
}

async function ask<Row extends readonly unknown[]>(
  location: MysqlLocation,
  host: MysqlHost,
  sql: string,
): Promise<readonly Row[]> {
  const session = new Session(location, new Hosts([host]));
  try {
    return rowsOf<Row>(await session.one(sql, [], TIMEOUT_MS));
  } finally {
    await session.close();
  }
}

function tooBusy({ text }: MysqlLocation, { hostname, port }: MysqlHost, cause: unknown): StoreError {
  return new StoreError(
    "busy",
    `${text}: writes on the node ${hostname}:${port} left no moment to create an index; start again when it has fewer`,
    cause,
  );
}
