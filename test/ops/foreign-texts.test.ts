/** Texts of drivers, parsers and clients that quote their input never get into the log, by any path. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { jwtVerify } from "jose";
import { createPool } from "mysql2/promise";
import { z } from "zod";
import { StoreFailure } from "../../src/core/faults/store-failure.ts";
import { createEvents } from "../../src/ops/events.ts";
import { openLog } from "../../src/ops/log.ts";
import { storeError as mysqlError } from "../../src/store/mysql/connection/errors.ts";
import { storeError as sqliteError } from "../../src/store/sqlite/connection/errors.ts";
import { receivedFault, sentFault } from "../../src/store/sqlite/writer/writer-messages.ts";
import { receivedError, sentError } from "../../src/workers/sent-error.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { ACCOUNT } from "../harness/mariadb-server.ts";
import { createTestTimers } from "../harness/test-timers.ts";

const NAME = "adalovelace";
const VALUE = "hush1815";

/** The errors as thrown, and the parts that must be logged. */
interface Source {
  readonly fail: () => unknown;
  readonly says: RegExp;
  readonly told: Readonly<Record<string, unknown>>;
}

const SOURCES: Readonly<Record<string, Source>> = {
  "SQLite, of a row": {
    fail() {
      using database = new Database(":memory:");
      database.exec(`CREATE TABLE "${NAME}" (a TEXT CHECK (a <> '${VALUE}'))`);
      return database.exec(`INSERT INTO "${NAME}" VALUES ('${VALUE}')`);
    },
    says: /CHECK constraint failed: a <> 'hush1815'/,
    told: { type: "SQLiteError", code: "SQLITE_CONSTRAINT_CHECK", errno: 275 },
  },
  "SQLite, of a statement": {
    fail() {
      using database = new Database(":memory:");
      return database.exec(`SELECT * FROM ${NAME}`);
    },
    says: /no such table: adalovelace/,
    told: { type: "SQLiteError", code: "SQLITE_ERROR", errno: 1 },
  },
  "a parser of JSON": { fail: () => JSON.parse(VALUE), says: /hush1815/, told: { type: "SyntaxError" } },
  "a client of HTTP": {
    fail: () => fetch(`http://${NAME}:${VALUE}@127.0.0.1:1/${NAME}?secret=${VALUE}`),
    says: /secret=hush1815/,
    told: { code: "ECONNREFUSED" },
  },
  "a URL": { fail: () => new URL(`${NAME} ${VALUE}`), says: /hush1815/, told: { code: "ERR_INVALID_URL" } },
  "a check of a shape": {
    fail: () => z.literal(VALUE).parse(NAME),
    says: /hush1815/,
    told: { type: "ZodError" },
  },
  "a check of a token": {
    fail: () => jwtVerify(`${btoa(JSON.stringify({ alg: VALUE, crit: [NAME] }))}.e30.AAAA`, new Uint8Array(32)),
    says: /adalovelace/,
    told: { code: "ERR_JOSE_NOT_SUPPORTED" },
  },
  "a text that looks like a stack": {
    fail: () => Promise.reject(new TypeError(`of\n    at ${NAME} (/srv/${VALUE}.ts:1:1)\n    at ${VALUE}:1:1`)),
    says: /hush1815/,
    told: { type: "TypeError" },
  },
  "something that is no error": {
    fail: () => Promise.reject(`${NAME} ${VALUE}`),
    says: /hush1815/,
    told: { type: "string" },
  },
};

/** The paths of an error to the log. */
const WAYS: Readonly<Record<string, (error: unknown) => unknown>> = {
  "as it is": (error) => error,
  "as a cause": (error) => new StoreFailure("ours", false, new Error(`${NAME}`, { cause: error })),
  "among others": (error) => new AggregateError([error, new Error(VALUE)], NAME),
  "as SQLite's engine gives it": (error) => sqliteError(error, "/srv/usermeta.db"),
  "as MySQL's engine gives it": (error) => mysqlError(error, "mysql://h/d"),
  "from the writer's thread": (error) => receivedFault(sentFault(sqliteError(error, "/srv/usermeta.db"))),
  "from a worker": (error) => receivedError(structuredClone(sentError(error))),
  "from a worker, as a cause": (error) => receivedError(structuredClone(sentError(new StoreFailure("x", true, error)))),
};

describe.each(Object.entries(SOURCES))("%s", (_, source) => {
  test.each(Object.entries(WAYS))("%s", async (_way, through) => {
    await expectHushed(await thrownBy(source.fail), source, through);
  });
});

describe.skipIf(mariadbIsMissing())("MariaDB", () => {
  test("of a name that is taken, a value that is too long and a statement", async () => {
    const { freshDatabase, port } = await sharedMariadb();
    await using database = await freshDatabase();
    const pool = createPool({ host: "127.0.0.1", port, ...ACCOUNT, database: database.name });
    try {
      await pool.query("CREATE TABLE t (name VARCHAR(20) PRIMARY KEY)");
      await pool.query("INSERT INTO t VALUES (?)", [NAME]);
      const sources: readonly Source[] = [
        {
          fail: () => pool.query("INSERT INTO t VALUES (?)", [NAME]),
          says: /Duplicate entry 'adalovelace'/,
          told: { code: "ER_DUP_ENTRY", errno: 1062 },
        },
        {
          fail: () => pool.query(`INSERT INTO t VALUES ('${VALUE.repeat(10)}')`),
          says: /hush1815/,
          told: { code: "ER_DATA_TOO_LONG", errno: 1406 },
        },
        {
          fail: () => pool.query(`SELEKT '${VALUE}'`),
          says: /near 'SELEKT 'hush1815''/,
          told: { code: "ER_PARSE_ERROR", errno: 1064 },
        },
      ];
      for (const source of sources) {
        const error = await thrownBy(source.fail);
        for (const through of Object.values(WAYS)) await expectHushed(error, source, through);
      }
    } finally {
      await pool.end();
    }
    // It may have to start the database.
  }, 60_000);
});

async function thrownBy(fail: () => unknown): Promise<unknown> {
  try {
    await fail();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

async function expectHushed(
  error: unknown,
  { says, told }: Source,
  through: (error: unknown) => unknown,
): Promise<void> {
  // It would show there if the whole error were logged.
  expect(Bun.inspect(error)).toMatch(says);
  const thrown = through(error);
  for (const format of ["json", "pretty"] as const) {
    let text = "";
    const events = createEvents(openLog(format, { write: (line: string) => (text += line) }), createTestTimers());
    events.requestFailed({ requestId: "r-1", method: "PUT", route: "/metadata/user/{username}", error: thrown });
    for (const tell of [events.refreshFailed, events.writerEnded, events.workerEnded, events.storeFailed]) tell(thrown);
    events.keysUnavailable({ issuer: "https://id.example", error: thrown });
    events.crashed(thrown);
    expect(text).not.toContain(NAME);
    expect(text).not.toContain(VALUE);
    for (const part of Object.values(told)) if (format === "json") expect(text).toContain(JSON.stringify(part));
  }
}
