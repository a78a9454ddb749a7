import { describe, expect, test } from "bun:test";
import type { App } from "../../src/core/model.ts";
import { Deadline } from "../../src/store/mysql/connection/deadline.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { transact } from "../../src/store/mysql/transaction/transact.ts";
import { type Grant, grant } from "../../src/store/mysql/transaction/usage-lanes.ts";
import { mariadbIsMissing, type TestDatabase } from "../harness/mariadb.ts";
import { lanesOf, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const ADA = userAt(0);
const BOB = userAt(1);
const TIMEOUT_MS = 2000;

/** Grants of a server that was killed, or lost a conflict, before it could write. */
describe.skipIf(mariadbIsMissing())("a grant that is never used", () => {
  for (const [growth, what] of [
    [60, "to grow"],
    [-90, "by sets that make users larger and smaller, under another limit"],
  ] as const) {
    test(`${what}: lets no app exceed the limit, and keeps none from reaching it`, async () => {
      await using fixture = await mysqlFixture(2);
      const { store, app, database } = fixture;
      const other = await fixture.another();
      const write = async (through: typeof store, user: typeof ADA, bytes: number, limit: number) =>
        await through.writeAttributes(sized(app, user, await stored(store, app, user), bytes, limit));
      expect(await write(store, ADA, 300, 1000)).toBe("written");
      expect(await write(other, BOB, 100, 1000)).toBe("written");

      const [lane] = await database.query("SELECT lane FROM app_usage WHERE used = 300");
      expect(await grantOnly(database, app, lane?.lane, growth, 500)).toBe("granted");
      await lanesOf(database, app);

      let bytes = 100;
      for (const step of [20, 5, 1]) {
        while ((await write(other, BOB, bytes + step, 500)) === "written") bytes += step;
      }
      expect(bytes).toBe(200);
      expect(await lanesOf(database, app)).toMatchObject({ used: 500 });
    });
  }
});

async function grantOnly(
  database: TestDatabase,
  app: App,
  lane: number,
  growth: number,
  bytesMax: number,
): Promise<Grant> {
  const location = mysqlLocation(database.url);
  const session = new Session(location, new Hosts(location.hosts));
  try {
    const deadline = new Deadline(TIMEOUT_MS);
    return await transact(session, deadline, (run) => grant(run, app.number, lane, growth, bytesMax));
  } finally {
    await session.close();
  }
}
