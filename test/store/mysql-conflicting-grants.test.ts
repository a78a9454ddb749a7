import { describe, expect, test } from "bun:test";
import { Deadline } from "../../src/store/mysql/connection/deadline.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { type Run, transact } from "../../src/store/mysql/transaction/transact.ts";
import { type Grant, grant } from "../../src/store/mysql/transaction/usage-lanes.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { lanesOf, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const ADA = userAt(0);
const BOB = userAt(1);
const TIMEOUT_MS = 5000;
const LIMIT = 1000;

describe.skipIf(mariadbIsMissing())("a grant whose lanes have changed since it read them", () => {
  for (const [what, growth, bytesMax] of [
    ["what it would take back has been used", 590, LIMIT],
    ["what it would leave a lane under another limit is not enough any more", 100, 800],
    ["the same, and the limit is a higher one", 100, 2000],
  ] as const) {
    test(`is not made: ${what}`, async () => {
      await using met = await lanesThatMove();
      expect(await met.grant(growth, bytesMax)).toBe("conflict");
      await lanesOf(met.fixture.database, met.fixture.app);
      // It reads their new values the next time.
      expect(await met.grant(growth, bytesMax, false)).toBe(
        300 + met.room + 100 + growth > bytesMax ? "full" : "granted",
      );
      await lanesOf(met.fixture.database, met.fixture.app);
    });
  }
});

/** Ada has 300 in one lane, which has room for some more, and Bob 100 in the other, for which a grant is asked. */
async function lanesThatMove() {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await mysqlFixture(2));
  const { store, app, database } = fixture;
  const other = await fixture.another();
  const write = async (through: typeof store, user: typeof ADA, bytes: number) =>
    expect(await through.writeAttributes(sized(app, user, await stored(store, app, user), bytes, LIMIT))).toBe(
      "written",
    );
  await write(store, ADA, 300);
  await write(other, BOB, 100);
  const lanes = await database.query(
    "SELECT lane, used, granted FROM app_usage WHERE lane > 0 AND used > 0 ORDER BY used",
  );
  const [bobs, adas] = lanes;
  const room = adas?.granted - adas?.used;
  expect(room).toBeGreaterThan(0);
  const location = mysqlLocation(database.url);
  const session = new Session(location, new Hosts(location.hosts));
  stack.defer(() => session.close());
  const owned = stack.move();
  return {
    fixture,
    room,
    /** @param hasConflict Ada's set comes between what the grant reads and what it writes, and uses all the room she has */
    async grant(growth: number, bytesMax: number, hasConflict = true): Promise<Grant> {
      return await transact(session, new Deadline(TIMEOUT_MS), async (run) => {
        let runs = 0;
        const interrupted: Run = async (...statements) => {
          const answers = await run(...statements);
          runs += 1;
          if (runs === 1 && hasConflict) await write(store, ADA, 300 + room);
          return answers;
        };
        return await grant(interrupted, app.number, bobs?.lane, growth, bytesMax);
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
