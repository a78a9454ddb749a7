import { describe, expect, test } from "bun:test";
import { StoreError } from "../../src/store/store-error.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { CommitCutter } from "./mysql-commit-cutter.ts";
import { lanesOf, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";

const LIMIT = 1000;
/** "Unhandled user-defined exception": an unlisted number, which is not retried. */
const SIGNAL = "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644";
const ADA = userAt(0);
const BEN = userAt(1);

describe.skipIf(mariadbIsMissing())("an unlisted error number", () => {
  test("refuses a change for certain: nothing is stored, and the answer is 503", async () => {
    await using fixture = await mysqlFixture(2);
    const { store, app, database } = fixture;
    const set = async (bytes: number) => sized(app, ADA, await stored(store, app, ADA), bytes, LIMIT);
    expect(await store.writeAttributes(await set(400))).toBe("written");
    await database.query(`CREATE TRIGGER refusing BEFORE UPDATE ON app_usage FOR EACH ROW ${SIGNAL}`);
    const [larger, smaller] = [await set(900), await set(10)];
    const ofBen = sized(app, BEN, await stored(store, app, BEN), 10, LIMIT);
    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      larger: () => store.writeAttributes(larger),
      smaller: () => store.writeAttributes(smaller),
      "batch, each": () => store.writeAttributesOf([smaller, ofBen], false),
      "batch, all or none": () => store.writeAttributesOf([smaller, ofBen], true),
      clear: () => store.clearAttributes(app.number, ADA, 2000),
      delete: () => store.deleteUsers(app.number, [ADA], 2000),
    };
    for (const [change, call] of Object.entries(changes)) {
      const error = await call().catch((thrown: unknown) => thrown);
      const { fault, nothingStored } = error instanceof StoreError ? error : {};
      expect({ change, fault, nothingStored }).toEqual({ change, fault: "unexpected", nothingStored: true });
    }
    // A refusal that needs no new grant stays the same: a full app is full, not a fault.
    expect(await store.writeAttributes(await set(LIMIT + 1))).toBe("full");
    await database.query("DROP TRIGGER refusing");
    expect(await stored(store, app, ADA)).toMatchObject({ bytes: 400 });
    expect(await lanesOf(database, app)).toMatchObject({ used: 400 });
  }, 60_000);

  test("does not end the search for the outcome of a commit", async () => {
    await using fixture = await mysqlFixture(1);
    const { app, database } = fixture;
    await using cutter = await CommitCutter.before((await sharedMariadb()).port);
    await using store = await fixture.another({ port: cutter.port });
    expect(await store.writeAttributes(sized(app, ADA, await stored(store, app, ADA), 10))).toBe("written");
    const set = sized(app, ADA, await stored(store, app, ADA), 20);
    await database.query("CREATE TABLE asked (n INT) ENGINE=MyISAM");
    await database.query(
      "CREATE TRIGGER silent BEFORE INSERT ON commits FOR EACH ROW " +
        `BEGIN IF NEW.is_void THEN INSERT INTO asked VALUES (1); ${SIGNAL}; END IF; END`,
    );
    cutter.next("unanswered");
    const writing = store.writeAttributes(set);
    const asked = async (): Promise<number> => (await database.query("SELECT n FROM asked")).length;
    while ((await Promise.race([asked(), writing.then(() => Number.POSITIVE_INFINITY)])) < 2) await Bun.sleep(5);
    await database.query("DROP TRIGGER silent");
    expect(await writing).toBe("written");
    expect(await lanesOf(database, app)).toMatchObject({ used: 20 });
  }, 60_000);
});
