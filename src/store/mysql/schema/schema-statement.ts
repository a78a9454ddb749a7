import { StoreError } from "../../store-error.ts";
import { errorNumber } from "../connection/errors.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { rowsOf, type Session } from "../connection/session.ts";
import { retryStatement } from "../transaction/retry-statement.ts";
import { createIndexByNode, type IndexStatement } from "./create-index-by-node.ts";

/** DDL on a large table may take very long. */
const STEP_TIMEOUT_MS = 3_600_000;
const TIMEOUT_MS = 10_000;
/** Indexing or copying up to this many rows blocks the writes of a cluster for less than a second. */
const SMALL_ROWS_MAX = 10_000;

/** The column or index exists: an interrupted step, or the operator, has added it. */
const ADDED_ALREADY: readonly unknown[] = [1060, 1061];
/** The engine cannot add this column without copying the table (two forms), or does not know the algorithm. */
const NOT_INSTANT: readonly unknown[] = [1845, 1846, 1800];

const INDEX = /^CREATE INDEX (\w+) ON (\w+) /;
const COLUMN = /^ALTER TABLE (\w+) ADD COLUMN /;

/**
 * Runs one statement of a migration without stopping a busy cluster. Galera runs DDL on every node at the same place in
 * the order of writes, and each node blocks its other writes meanwhile. So DDL that takes long on a large table is
 * refused, or runs on one node after the other (docs/decisions/0031-migrations-on-a-busy-cluster.md).
 */
export async function runSchemaStatement(location: MysqlLocation, session: Session, sql: string): Promise<void> {
  const [, index, indexed] = INDEX.exec(sql) ?? [];
  const [, table] = COLUMN.exec(sql) ?? [];
  if (index !== undefined && indexed !== undefined) await addIndex(location, session, { sql, index, table: indexed });
  else if (table !== undefined) await addColumn(location, session, sql, table);
  else await retryStatement(session, sql, [], STEP_TIMEOUT_MS);
}

async function addIndex(location: MysqlLocation, session: Session, statement: IndexStatement): Promise<void> {
  const isByNode = (await isGalera(session)) && !(await isSmall(session, statement.table));
  if (isByNode) await createIndexByNode(location, statement, STEP_TIMEOUT_MS);
  else await addUnlessPresent(session, statement.sql);
}

async function addColumn(location: MysqlLocation, session: Session, sql: string, table: string): Promise<void> {
  try {
    await addUnlessPresent(session, `${sql}, ALGORITHM=INSTANT`);
    return;
  } catch (error) {
    if (!NOT_INSTANT.includes(errorNumber(error))) throw error;
  }
  if (!(await isSmall(session, table))) {
    throw new StoreError(
      "cannot_open",
      `${location.text} cannot add a column to its table ${table} without copying it: see docs/CLUSTER.md § Upgrading`,
    );
  }
  await addUnlessPresent(session, sql);
}

async function addUnlessPresent(session: Session, sql: string): Promise<void> {
  try {
    await retryStatement(session, sql, [], STEP_TIMEOUT_MS);
  } catch (error) {
    if (!ADDED_ALREADY.includes(errorNumber(error))) throw error;
  }
}

async function isGalera(session: Session): Promise<boolean> {
  const [row] = rowsOf<[string, string]>(await session.one("SHOW VARIABLES LIKE 'wsrep_on'", [], TIMEOUT_MS));
  return row?.[1] === "ON";
}

async function isSmall(session: Session, table: string): Promise<boolean> {
  const sql = `SELECT 1 FROM ${table} LIMIT 1 OFFSET ${SMALL_ROWS_MAX}`;
  return rowsOf(await session.one(sql, [], TIMEOUT_MS)).length === 0;
}
