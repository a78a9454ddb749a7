import { describe, expect, test } from "bun:test";
import type { UserName } from "../../src/core/model.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { lockForeign } from "./mysql-foreign.ts";

const USERS = 101;
const MODEST = userAt(USERS - 1);
const LARGE_BYTES = 200_000;
/** Half of the total, the part that needs no admission, and one. */
const GREEDY_MAX = (16_777_216 / 2 + 262_144) / LARGE_BYTES + 1;

describe.skipIf(mariadbIsMissing())("while no set can be written", () => {
  test("one caller's large sets are refused beyond half of the queue, and another caller's set waits and is written", async () => {
    await using fixture = await mysqlFixture(USERS);
    const { store, app, database } = fixture;
    const large = Array.from({ length: USERS - 1 }, (_, index) => userAt(index));
    const reads = new Map<UserName, Awaited<ReturnType<typeof stored>>>();
    for (const user of [...large, MODEST]) reads.set(user, await stored(store, app, user));
    const write = async (user: UserName, bytes: number, account: string): Promise<string> => {
      const read = reads.get(user);
      if (read === undefined) throw new Error(`${user} was not read`);
      const outcome = await store
        .writeAttributes(sized(app, user, read, bytes), { account, waitMaxMs: 60_000 })
        .catch((error) => `${error.fault} ${error.nothingStored}`);
      return outcome;
    };
    // A lane that the lock holds.
    await store.writeAttributes(sized(app, MODEST, await stored(store, app, MODEST), 5));
    await store.clearAttributes(app.number, MODEST, 2000);
    reads.set(MODEST, await stored(store, app, MODEST));

    const lock = await lockForeign(database, "SELECT lane FROM app_usage FOR UPDATE");
    const refused: string[] = [];
    const greedy = large.map(async (user) => {
      const outcome = await write(user, LARGE_BYTES, "1/greedy");
      if (outcome !== "written") refused.push(outcome);
      return outcome;
    });
    await eventually(async () => expect(refused.length).toBeGreaterThanOrEqual(large.length - GREEDY_MAX));
    const modest = write(MODEST, 100, "1/modest");
    await lock.release();
    expect(await modest).toBe("written");
    const written = (await Promise.all(greedy)).filter((outcome) => outcome === "written").length;
    expect(written).toBeLessThanOrEqual(GREEDY_MAX);
    expect(new Set(refused)).toEqual(new Set(["busy true"]));
    const [row] = await database.query("SELECT COUNT(*) AS count FROM users WHERE bytes = ?", [LARGE_BYTES]);
    expect(row?.count).toBe(written);
  }, 60_000);
});
