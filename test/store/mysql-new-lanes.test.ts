import { describe, expect, test } from "bun:test";
import { Deadline } from "../../src/store/mysql/connection/deadline.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { changedBy, Session } from "../../src/store/mysql/connection/session.ts";
import { type Run, transact } from "../../src/store/mysql/transaction/transact.ts";
import { type Grant, grant, moveUsageDown, useGranted } from "../../src/store/mysql/transaction/usage-lanes.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { lanesOf, type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const ADA = userAt(0);
const BOB = userAt(1);
const TIMEOUT_MS = 5000;
/** Of no server that uses the store. */
const NEW_LANE = 77;

/** A lane that one node of a cluster creates while another changes the limit; neither sees the other. */
describe.skipIf(mariadbIsMissing())("a lane created while the limit changes", () => {
  test("lets no set exceed the previous limit", async () => {
    await using met = await laneMadeUnder(500, 1000);
    const { store, app } = met.fixture;
    expect(await store.writeAttributes(sized(app, BOB, await stored(store, app, BOB), 600, 1000))).toBe("written");
    const isUsed = await met.run(async (run) => changedBy((await run(useGranted(app.number, NEW_LANE, 3, 500)))[0]));
    expect(isUsed).toBe(0);
    expect(await met.grant(3, 500)).toBe("full");
  });

  test("does not block another limit", async () => {
    await using met = await laneMadeUnder(500, 1000);
    const { store, app } = met.fixture;
    expect(await store.writeAttributes(sized(app, BOB, await stored(store, app, BOB), 550, 700))).toBe("written");
    expect(await store.writeAttributes(sized(app, BOB, await stored(store, app, BOB), 700, 1000))).toBe("written");
    await lanesOf(met.fixture.database, app);
  });

  test("gets a grant in its turn, even if others have taken the grant it returned", async () => {
    await using met = await laneMadeUnder(500, 1000);
    const { store, app, database } = met.fixture;
    // The whole limit, so that no unused part is left.
    const { bytes } = await stored(store, app, BOB);
    expect(await store.writeAttributes(sized(app, BOB, await stored(store, app, BOB), 905, 1000))).toBe("written");
    expect(bytes).toBeLessThan(905);
    expect(await lanesOf(database, app)).toMatchObject({ used: 1000 });
    expect(await met.grant(1, 1000)).toBe("full");
    await store.clearAttributes(app.number, ADA, 2000);
    expect(await met.grant(1, 1000)).toBe("granted");
    await lanesOf(database, app);
  });
});

/** Ada returned 5 of 100 in the new lane, and the limit changed without the new lane. */
async function laneMadeUnder(limit: number, next: number) {
  await using stack = new AsyncDisposableStack();
  const fixture: MysqlFixture = stack.use(await mysqlFixture(2));
  const { store, app, database } = fixture;
  const location = mysqlLocation(database.url);
  const session = new Session(location, new Hosts(location.hosts));
  stack.defer(() => session.close());
  const run = async <T>(body: (run: Run) => Promise<T>): Promise<T> =>
    await transact(session, new Deadline(TIMEOUT_MS), async (each) => ({ keep: true, value: await body(each) }));
  const write = async (user: typeof ADA, bytes: number, bytesMax: number) =>
    expect(await store.writeAttributes(sized(app, user, await stored(store, app, user), bytes, bytesMax))).toBe(
      "written",
    );
  await write(ADA, 100, limit);
  await write(BOB, 100, limit);
  await run(async (each) => {
    expect(await moveUsageDown(each, app.number, NEW_LANE, -5)).toBe(true);
    await each({ sql: "UPDATE users SET bytes = bytes - 5, version = version + 1 WHERE name = ?", values: [ADA] });
  });
  // As a node sees it that has not received this yet.
  const [made] = await database.query("SELECT * FROM app_usage WHERE lane = ?", [NEW_LANE]);
  await database.query("DELETE FROM app_usage WHERE lane = ?", [NEW_LANE]);
  await write(BOB, 150, next);
  await database.query("INSERT INTO app_usage SET app = ?, lane = ?, used = ?, granted = ?, bytes_max = ?", [
    made?.app,
    made?.lane,
    made?.used,
    made?.granted,
    made?.bytes_max,
  ]);
  const owned = stack.move();
  return {
    fixture,
    run,
    grant: async (growth: number, bytesMax: number): Promise<Grant> =>
      await transact(session, new Deadline(TIMEOUT_MS), (each) => grant(each, app.number, NEW_LANE, growth, bytesMax)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
