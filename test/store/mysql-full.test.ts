import { describe, expect, test } from "bun:test";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { lockForeign } from "./mysql-foreign.ts";

const LIMIT = 1000;
const WRITES = 12;

describe.skipIf(mariadbIsMissing())("an app that is full", () => {
  test('answers "full" even while another client holds its grants', async () => {
    await using fixture = await mysqlFixture(WRITES + 1);
    const { store, app, database } = fixture;
    const whole = sized(app, userAt(0), await stored(store, app, userAt(0)), LIMIT, LIMIT);
    expect(await store.writeAttributes(whole)).toBe("written");
    await using _lock = await lockForeign(database, "SELECT * FROM app_usage WHERE app = ? AND lane = 0 FOR UPDATE", [
      app.number,
    ]);
    const outcomes = await Promise.all(
      Array.from({ length: WRITES }, async (_, index) => {
        const user = userAt(index + 1);
        return await store.writeAttributes(sized(app, user, await stored(store, app, user), 10, LIMIT));
      }),
    );
    expect(outcomes).toEqual(Array(WRITES).fill("full"));
    const together = await Promise.all(
      [1, 2].map(async (user) => sized(app, userAt(user), await stored(store, app, userAt(user)), 10, LIMIT)),
    );
    expect(await store.writeAttributesOf(together, true)).toEqual(["full", "full"]);
  }, 30_000);
});
