import { describe, expect, test } from "bun:test";
import { freshId, newUser } from "../contract/open-for-test.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { mysqlFixture } from "./mysql-fixture.ts";

describe.skipIf(mariadbIsMissing())("two processes that insert concurrently", () => {
  /** Of the rows that each inserts: its name and its id. */
  const MEETINGS: Readonly<Record<string, (x: string) => readonly (readonly [string, string])[]>> = {
    "a name and a user of that id": (x) => [
      [x, freshId()],
      [`user-${x}`, x],
    ],
    "two users of one id": (x) => [
      [`one-${x}`.slice(0, 64), x],
      [`two-${x}`.slice(0, 64), x],
    ],
  };
  for (const [what, meeting] of Object.entries(MEETINGS)) {
    test(`${what} do not both succeed, and one of them does`, async () => {
      await using fixture = await mysqlFixture(3);
      const { app, database } = fixture;
      const stores = [await fixture.another(), await fixture.another()];
      for (let round = 0; round < 60; round++) {
        const users = meeting(freshId()).map(([text, id]) => ({ ...newUser(text), id }));
        const outcomes = await Promise.all(
          users.map((user, index) => (stores[index] ?? fixture.store).insertUsers(app.number, [user])),
        );
        expect(outcomes.flat().toSorted()).toEqual(["inserted", "taken"]);
      }
      const both =
        "SELECT COUNT(*) AS count FROM users a JOIN users b ON a.id = b.name OR (a.id = b.id AND a.name < b.name)";
      expect(await database.query(both)).toEqual([{ count: 0 }]);
    }, 60_000);
  }
});
