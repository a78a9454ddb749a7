import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Migration, MigrationTarget, SchemaVersion } from "../../migrate.ts";
import { StoreError } from "../../store-error.ts";
import { Deadline } from "../connection/deadline.ts";
import { errorNumber } from "../connection/errors.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { changedBy, rowsOf, type Session } from "../connection/session.ts";
import initial from "../migrations/0001_initial.sql" with { type: "text" };
import identity from "../migrations/0002_identity.sql" with { type: "text" };
import conflicts from "../migrations/0003_conflicts.sql" with { type: "text" };
import clients from "../migrations/0004_clients.sql" with { type: "text" };
import { SchemaLease } from "../servers/schema-lease.ts";
import { retryStatement } from "../transaction/retry-statement.ts";
import { withRetry } from "../transaction/with-retry.ts";
import { runSchemaStatement } from "./schema-statement.ts";

export const MYSQL_MIGRATIONS: readonly Migration[] = [
  { number: 1, sql: initial },
  { number: 2, sql: identity, oldest: 1 },
  { number: 3, sql: conflicts, oldest: 1 },
  { number: 4, sql: clients, oldest: 1 },
];

const TABLE_UNKNOWN = 1146;

const TIMEOUT_MS = 10_000;

const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS usermeta_schema (
    one TINYINT NOT NULL PRIMARY KEY,
    version INT NOT NULL,
    oldest INT NOT NULL,
    migrator CHAR(36),
    beat BIGINT NOT NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;
const INSERT_ROW =
  "INSERT IGNORE INTO usermeta_schema (one, version, oldest, migrator, beat) VALUES (1, 0, 0, NULL, 0)";

/**
 * Migrations. The schema's number and the migration lock are in a row of their own (`usermeta_schema`). These engines
 * commit each DDL statement on its own and cannot roll it back, so an interrupted step runs again: each statement must
 * be repeatable, or add one column or index and nothing else. schema-statement.ts runs DDL on a busy cluster.
 */
export function migrationTarget(location: MysqlLocation, session: Session, heartbeatSession: Session): MigrationTarget {
  const migrator = randomUUID();
  return {
    location: location.text,
    version: () => versionOf(location, session),
    async locked(step) {
      await retryStatement(session, CREATE_TABLE);
      await retryStatement(session, INSERT_ROW);
      await using _lease = await SchemaLease.take(session, heartbeatSession, migrator);
      return await step();
    },
    async apply(steps) {
      const [first] = steps;
      const last = steps.at(-1);
      if (first === undefined || last === undefined) return;
      let recorded = first.number - 1;
      const isFresh = recorded === 0;
      for (const step of steps) {
        if (!isFresh) await refuseBesideOlder(session, step, location);
        for (const sql of statementsOf(step.sql)) await runSchemaStatement(location, session, sql);
        // Record a new store only when it is complete: no process may see half of it.
        if (isFresh && step !== last) continue;
        if (!(await record(session, migrator, recorded, step))) {
          throw new StoreError("busy", `another process is changing the schema of ${location.text}; start again`);
        }
        recorded = step.number;
      }
    },
  };
}

/** False: another migrator has changed the schema meanwhile. */
async function record(session: Session, migrator: string, from: number, step: Migration): Promise<boolean> {
  const { number, oldest = number } = step;
  const recorded = await session.one(
    "UPDATE usermeta_schema SET version = ?, oldest = ? WHERE one = 1 AND version = ? AND migrator = ?",
    [number, oldest, from, migrator],
    TIMEOUT_MS,
  );
  return changedBy(recorded) === 1;
}

/** A database with tables, but without ours, belongs to another program and is not changed. */
async function versionOf(location: MysqlLocation, session: Session): Promise<SchemaVersion> {
  try {
    const [answer] = await withRetry(
      session,
      [{ sql: "SELECT version, oldest FROM usermeta_schema" }],
      new Deadline(location.timeoutMs),
    );
    const [version, oldest] = rowsOf<[number, number]>(answer)[0] ?? [0, 0];
    return { version, oldest };
  } catch (error) {
    if (errorNumber(error) !== TABLE_UNKNOWN) throw error;
  }
  const [tables] = rowsOf(await session.one("SHOW TABLES", [], TIMEOUT_MS));
  // Another process may have created ours in the meantime.
  if (tables !== undefined && tables[0] !== "usermeta_schema" && !(await isOurs(session))) {
    throw new StoreError("not_usermeta", `${location.text} holds the tables of another program, not of usermeta`);
  }
  return { version: 0, oldest: 0 };
}

async function isOurs(session: Session): Promise<boolean> {
  return rowsOf(await session.one("SHOW TABLES LIKE 'usermeta_schema'", [], TIMEOUT_MS)).length > 0;
}

/** Refuses the step while servers that cannot work with it are alive. */
async function refuseBesideOlder(
  session: Session,
  { number, oldest = number }: Migration,
  location: MysqlLocation,
): Promise<void> {
  const first = await heartbeatsOfOlder(session, oldest);
  if (first.size === 0) return;
  await setTimeout(HEARTBEAT_WATCH_MS);
  const second = await heartbeatsOfOlder(session, oldest);
  const alive = [...second].filter(([id, heartbeat]) => first.get(id) !== heartbeat).length;
  if (alive === 0) return;
  throw new StoreError(
    "in_use",
    `${alive} server${alive === 1 ? "" : "s"} of an older version of usermeta ${alive === 1 ? "has" : "have"} ` +
      `${location.text} and cannot work with schema number ${number}: stop them first`,
  );
}

/** Every live server sends a heartbeat within this time. */
const HEARTBEAT_WATCH_MS = 2500;

async function heartbeatsOfOlder(session: Session, oldest: number): Promise<Map<string, number>> {
  const answer = await session.one("SELECT id, beat FROM servers WHERE schema_known < ?", [oldest], TIMEOUT_MS);
  return new Map(rowsOf<[string, number]>(answer));
}

/** Each statement ends with a semicolon at the end of a line. */
export function statementsOf(sql: string): readonly string[] {
  return sql
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
