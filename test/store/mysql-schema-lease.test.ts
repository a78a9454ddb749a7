import { describe, expect, test } from "bun:test";
import { migrate } from "../../src/store/migrate.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "../../src/store/mysql/schema/schema.ts";
import { SchemaLease } from "../../src/store/mysql/servers/schema-lease.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { type MysqlFixture, mysqlFixture } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

/** More than two heartbeats, and less than the usual. */
const GONE_MS = 2200;

describe.skipIf(mariadbIsMissing())("the right to change the schema", () => {
  test("stays with the server that renews it, however long its work takes, and passes on afterwards", async () => {
    await using fixture = await mysqlFixture(0);
    await using sessions = fourSessions(fixture);
    const [own, beating, others, othersBeating] = sessions.all;
    const lease = await SchemaLease.take(own, beating, "first");
    let isTaken = false;
    const taking = SchemaLease.take(others, othersBeating, "second", GONE_MS).then((taken) => {
      isTaken = true;
      return taken;
    });
    const from = performance.now();
    while (performance.now() - from < GONE_MS + 800) {
      expect(isTaken).toBe(false);
      await fixture.database.query("SELECT SLEEP(0.1)");
    }
    await lease[Symbol.asyncDispose]();
    await using _taken = await taking;
    expect(await migrator(fixture)).toBe("second");
  }, 20_000);

  test("is taken over by exactly one server when no server renews it", async () => {
    await using fixture = await mysqlFixture(0);
    await using sessions = fourSessions(fixture);
    const [own, beating, others, othersBeating] = sessions.all;
    await fixture.database.query("UPDATE usermeta_schema SET migrator = 'dead', beat = 7");
    const names: string[] = [];
    const take = async (session: Session, itsBeating: Session, name: string): Promise<void> => {
      await using _lease = await SchemaLease.take(session, itsBeating, name, 500);
      names.push(name);
      expect(await migrator(fixture)).toBe(name);
      await session.one("SELECT SLEEP(0.3)", [], 2000);
      // No other server has come in between.
      expect(await migrator(fixture)).toBe(name);
    };
    await Promise.all([take(own, beating, "first"), take(others, othersBeating, "second")]);
    expect(names.toSorted()).toEqual(["first", "second"]);
    expect(await migrator(fixture)).toBeNull();
  }, 20_000);

  test("once lost, records no step", async () => {
    await using fixture = await mysqlFixture(0);
    await using sessions = fourSessions(fixture);
    const [own, beating] = sessions.all;
    const number = MYSQL_MIGRATIONS.length + 1;
    // Another server that took the migrator for dead while it worked.
    const robbed = { number, sql: "UPDATE usermeta_schema SET migrator = 'another';\n" };
    const target = migrationTarget(mysqlLocation(fixture.database.url), own, beating);
    await fixture.store[Symbol.asyncDispose]();
    await expect(migrate(target, [...MYSQL_MIGRATIONS, robbed], "migrate")).rejects.toMatchObject({ fault: "busy" });
    expect(await fixture.database.query("SELECT version, migrator FROM usermeta_schema")).toEqual([
      { version: number - 1, migrator: "another" },
    ]);
  });
});

async function migrator({ database }: MysqlFixture): Promise<unknown> {
  const [row] = await database.query("SELECT migrator FROM usermeta_schema");
  return row?.migrator;
}

function fourSessions({ database }: MysqlFixture) {
  const location = mysqlLocation(database.url);
  const open = (): Session => new Session(location, new Hosts(location.hosts));
  const all = [open(), open(), open(), open()] as const;
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((session) => session.close()));
    },
  };
}
