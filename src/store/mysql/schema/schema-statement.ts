import { StoreError } from "../../store-error.ts";
import { errorNumber } from "../connection/errors.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { rowsOf, type Session } from "../connection/session.ts";
import { insist } from "../transaction/insist.ts";
import { type IndexStatement, makeIndexByNode } from "./index-by-node.ts";

/** DDL of a large table takes as long as it takes. */
const STEP_TIMEOUT_MS = 3_600_000;
const TIMEOUT_MS = 10_000;
/** What an index of so many rows, or a copy of them, stops the writes of a cluster for is less than a second. */
const SMALL_ROWS_MAX = 10_000;

/** The column, or the index, is there: the step was broken off behind it, or the operator has made it beforehand. */
const ADDED_ALREADY: readonly unknown[] = [1060, 1061];
/** The engine cannot add this column without copying the table (two forms), or knows no such algorithm. */
const NOT_INSTANT: readonly unknown[] = [1845, 1846, 1800];

const INDEX = /^CREATE INDEX (\w+) ON (\w+) /;
const COLUMN = /^ALTER TABLE (\w+) ADD COLUMN /;

/**
 * Runs one statement of a step so that a busy cluster survives it. Galera carries DDL out on every node at the same place
 * in the order of writes, and each node writes nothing else meanwhile: so what takes long on a large table is either
 * refused or done on one node after the other (docs/decisions/0031-migrations-on-a-busy-cluster.md).
 */
export async function runSchemaStatement(location: MysqlLocation, session: Session, sql: string): Promise<void> {
  const [, index, indexed] = INDEX.exec(sql) ?? [];
  const [, table] = COLUMN.exec(sql) ?? [];
  if (index !== undefined && indexed !== undefined) await addIndex(location, session, { sql, index, table: indexed });
  else if (table !== undefined) await addColumn(location, session, sql, table);
  else await insist(session, sql, [], STEP_TIMEOUT_MS);
}

async function addIndex(location: MysqlLocation, session: Session, statement: IndexStatement): Promise<void> {
  const isByNode = (await isGalera(session)) && !(await isSmall(session, statement.table));
  if (isByNode) await makeIndexByNode(location, statement, STEP_TIMEOUT_MS);
  else await insistOnce(session, statement.sql);
}

async function addColumn(location: MysqlLocation, session: Session, sql: string, table: string): Promise<void> {
  try {
    await insistOnce(session, `${sql}, ALGORITHM=INSTANT`);
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
  await insistOnce(session, sql);
}

async function insistOnce(session: Session, sql: string): Promise<void> {
  try {
    await insist(session, sql, [], STEP_TIMEOUT_MS);
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
