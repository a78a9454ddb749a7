/**
 * Only `serve` and `migrate` migrate: any other command may be a newer version's, tried on a store that an older server
 * is using. Every command of the table is run, so that a new one is covered when it is added.
 */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { MYSQL_MIGRATIONS } from "../../src/store/mysql/schema/schema.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { SQLITE_MIGRATIONS } from "../../src/store/sqlite/schema/schema.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import {
  makeOlderMysql,
  makeOlderSqlite,
  mysqlSchema,
  OLDER_APP,
  OLDER_USER,
  sqliteSchema,
} from "../store/older-store.ts";
import { Cli, type CliOptions } from "./cli.ts";

/** The effect of a command on a store of an older schema. */
const MIGRATING = ["serve", "migrate"];
const WITHOUT_STORE = ["config"];
/** With two stores, and so with lines of its own below. */
const COPY = "copy";

const ARGUMENTS: Readonly<Record<string, string>> = {
  "org/app": OLDER_APP,
  username: OLDER_USER,
  token: "YWMt.none",
};
/** Further arguments of a command, or its input. */
const FLAGS: Readonly<Record<string, string>> = {
  "app set": "--batch-max 7",
  "app delete": "--yes",
  "user delete": "--yes",
  "token revoke": "--all",
};
const OTHERS = COMMANDS.filter(({ name }) => ![...MIGRATING, ...WITHOUT_STORE, COPY].includes(name));

function lineOf({ name, args = [] }: Command): string {
  const words = args.map((argument) => ARGUMENTS[argument.name] ?? "something");
  return [name, ...words, FLAGS[name] ?? ""].join(" ").trim();
}

/** A store in an engine, and its state as seen from outside. */
interface Older extends AsyncDisposable {
  readonly options: CliOptions;
  /** As `copy` names it. */
  readonly url: string;
  schema(): Promise<unknown>;
}

interface Engine {
  readonly name: string;
  readonly newest: number;
  /** @param schema 0 = none: the store is missing, or the database is empty */
  older(cli: Cli, schema: number): Promise<Older>;
}

const SQLITE: Engine = {
  name: "sqlite",
  newest: SQLITE_MIGRATIONS.length,
  async older(cli, schema) {
    const path = join(cli.folder, "older.db");
    if (schema > 0) makeOlderSqlite(path, schema);
    return {
      options: { env: { USERMETA_STORE: `sqlite:${path}` } },
      url: `sqlite:${path}`,
      schema: async () => (existsSync(path) ? sqliteSchema(path) : "no file"),
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

const MYSQL: Engine = {
  name: "mysql",
  newest: MYSQL_MIGRATIONS.length,
  async older(_cli, schema) {
    const database = await (await sharedMariadb()).freshDatabase();
    if (schema > 0) await makeOlderMysql(database, schema);
    const { username, password, host, pathname } = new URL(database.url);
    const url = `mysql://${username}@${host}${pathname}`;
    return {
      options: { env: { USERMETA_STORE: url, USERMETA_STORE_PASSWORD: decodeURIComponent(password) } },
      url,
      schema: () => mysqlSchema(database),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  },
};

for (const engine of [SQLITE, MYSQL]) {
  describe.skipIf(engine === MYSQL && mariadbIsMissing())(`on ${engine.name}`, () => {
    for (let schema = 1; schema < engine.newest; schema++) {
      test(`every command but serve and migrate leaves schema ${schema} unchanged, and says why in one line`, async () => {
        using cli = new Cli();
        await using older = await engine.older(cli, schema);
        const before = await older.schema();
        for (const command of OTHERS) {
          const ended = await cli.run(lineOf(command), { ...older.options, stdin: "a line\n" });
          expect([command.name, ended]).toEqual([command.name, { code: 2, out: "", err: expect.any(String) }]);
          expect(ended.err).toMatch(refusal(schema, engine.newest));
          expect([command.name, await older.schema()]).toEqual([command.name, before]);
        }
        for (const name of WITHOUT_STORE) expect(await cli.run(name, older.options)).toMatchObject({ code: 0 });
        expect(await older.schema()).toEqual(before);
      }, 30_000);

      test(`copy leaves schema ${schema} as it is, at either end`, async () => {
        using cli = new Cli();
        await using older = await engine.older(cli, schema);
        const before = await older.schema();
        await cli.ok("app create c/d --store sqlite:current.db");
        const other = join(cli.folder, "other.db");
        for (const line of [
          `copy --from ${older.url} --to sqlite:${other}`,
          `copy --from sqlite:current.db --to ${older.url}`,
        ]) {
          const ended = await cli.run(line, older.options);
          expect([line, ended.code, ended.out]).toEqual([line, 2, ""]);
          expect(ended.err).toMatch(refusal(schema, engine.newest));
          expect([line, await older.schema()]).toEqual([line, before]);
        }
        expect(existsSync(other)).toBe(false);
      }, 30_000);

      test(`migrate brings schema ${schema} up to date, and says so`, async () => {
        using cli = new Cli();
        await using older = await engine.older(cli, schema);
        const where = older.url.replace("sqlite:", "");
        const done = `${where} is migrated from schema ${schema} to ${engine.newest}\n`;
        expect(await cli.ok("migrate", older.options)).toBe(done);
        const after = await older.schema();
        expect(await cli.ok("migrate", older.options)).toBe(`${where} is up to date\n`);
        const answer = { store: where, upToDate: true, from: engine.newest, to: engine.newest };
        expect(await cli.json("migrate", older.options)).toEqual(answer);
        expect(await older.schema()).toEqual(after);
        expect(await cli.ok(`user show ${OLDER_APP} ${OLDER_USER}`, older.options)).toContain("Ada");
      }, 30_000);

      test(`serve brings schema ${schema} up to date`, async () => {
        using cli = new Cli();
        await using older = await engine.older(cli, schema);
        const served = await cli.serve("", older.options);
        expect(await cli.ok(`user show ${OLDER_APP} ${OLDER_USER}`, older.options)).toContain("Ada");
        await served.stop();
      }, 30_000);
    }

    test("migrate creates no store where there is none", async () => {
      using cli = new Cli();
      await using older = await engine.older(cli, 0);
      const before = await older.schema();
      const { code, out, err } = await cli.run("migrate", older.options);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/^usermeta: .* (does not exist: there is nothing to migrate|holds no usermeta store yet)\n$/);
      expect(await older.schema()).toEqual(before);
    });

    test("app create creates a store where there is none, of the newest schema", async () => {
      using cli = new Cli();
      await using older = await engine.older(cli, 0);
      await cli.ok("app create a/b", older.options);
      expect(await cli.json("migrate", older.options)).toMatchObject({ from: engine.newest, to: engine.newest });
    });
  });
}

test("migrate refuses an empty file, and leaves it empty", async () => {
  using cli = new Cli();
  const path = join(cli.folder, "empty.db");
  await Bun.write(path, "");
  const { code, err } = await cli.run("migrate --store sqlite:empty.db");
  expect([code, err]).toEqual([2, `usermeta: ${path} holds no usermeta store yet\n`]);
  expect(Bun.file(path).size).toBe(0);
  await cli.ok("app create a/b --store sqlite:empty.db");
});

test("migrate does not change a file that a server has open", async () => {
  using cli = new Cli();
  const path = join(cli.folder, "older.db");
  const served = await cli.serve("--store sqlite:older.db");
  expect(await cli.ok("migrate --store sqlite:older.db")).toBe(`${path} is up to date\n`);
  // As if an older version served it that does not know the last step.
  const connection = new Connection(path);
  connection.exec(`PRAGMA user_version = ${SQLITE_MIGRATIONS.length - 1}`);
  connection.close();
  const before = sqliteSchema(path);
  const { code, err } = await cli.run("migrate --store sqlite:older.db");
  expect([code, err]).toEqual([2, expect.stringMatching(/is in use by the usermeta server with process id \d+/)]);
  expect(sqliteSchema(path)).toEqual(before);
  await served.stop();
});

function refusal(found: number, needed: number): RegExp {
  return new RegExp(
    `^usermeta: [^\\n]* has schema number ${found}, .* number ${needed}: [^\\n]*usermeta migrate[^\\n]*\\n$`,
  );
}
