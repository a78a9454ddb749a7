import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";
import { failureKind, storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlHost, MysqlLocation } from "../connection/location.ts";
import { rowsOf, Session } from "../connection/session.ts";

const TIMEOUT_MS = 10_000;
/**
 * An attempt fails where a transaction is under way on the node, after the second for which a session waits for a table.
 * Until then nothing is committed there, so that servers go on to their next host: one of the next attempts finds the
 * node idle.
 */
const ATTEMPTS = 20;
const ATTEMPT_AGAIN_MS = 500;

export interface IndexStatement {
  readonly sql: string;
  readonly index: string;
  readonly table: string;
}

/** A node of the cluster, by one of the store's addresses. */
interface Node {
  readonly host: MysqlHost;
  /** The group's name for it. */
  readonly id: string;
}

/**
 * Makes an index on one Galera node after the other (`wsrep_OSU_method = RSU`), beside which the others go on writing.
 * Which nodes have it is looked up, so that this can be broken off and run again, and so that the operator can make it
 * themselves. Every node must be named by the store's address: one that is left out would refuse what names the index.
 *
 * The first address comes last: that is where servers write, and they write on another node by then.
 */
export async function makeIndexByNode(
  location: MysqlLocation,
  statement: IndexStatement,
  timeoutMs: number,
): Promise<void> {
  const nodes = await allNodes(location, statement);
  for (const { host } of nodes.toReversed()) await makeOn(location, host, statement, timeoutMs);
  // One that was filled from another meanwhile has what that one had.
  for (const { host } of nodes) {
    if (await isMade(location, host, statement)) continue;
    throw new StoreError("busy", `${location.text} has lost an index that was just made: start again`);
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
    `${location.text} names ${nodes.size} of the cluster's ${size} nodes: an index of its large table ${table} is made on ` +
      "one after the other, so name them all, or make it yourself (docs/CLUSTER.md § Upgrading)",
  );
}

async function makeOn(
  location: MysqlLocation,
  host: MysqlHost,
  statement: IndexStatement,
  timeoutMs: number,
): Promise<void> {
  for (let attempt = 1; !(await isMade(location, host, statement)); attempt++) {
    const session = new Session(location, new Hosts([host]));
    try {
      // The connection is not used again: what is said of it here goes with it.
      await session.queryBatch([{ sql: "SET SESSION wsrep_OSU_method = 'RSU'" }, { sql: statement.sql }], timeoutMs);
    } catch (error) {
      if (failureKind(error) === "other") throw storeError(error, location.text);
      if (attempt === ATTEMPTS) throw tooBusy(location, host, error);
      await pause(ATTEMPT_AGAIN_MS);
    } finally {
      await session.close();
    }
  }
}

async function isMade(location: MysqlLocation, host: MysqlHost, { index, table }: IndexStatement): Promise<boolean> {
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
    `${text}: writes on the node ${hostname}:${port} left no moment for making an index; start again when it has fewer`,
    cause,
  );
}
