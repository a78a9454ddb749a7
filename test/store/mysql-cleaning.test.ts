import { describe, expect, test } from "bun:test";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { Membership } from "../../src/store/mysql/servers/membership.ts";
import { COMMITS_PURGE_MAX } from "../../src/store/mysql/transaction/commits.ts";
import { mariadbIsMissing, type TestDatabase } from "../harness/mariadb.ts";
import { mysqlFixture } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const MINUTE_MS = 60_000;

describe.skipIf(mariadbIsMissing())("a server cleans the store of", () => {
  test("commits that no server can ask for any more, however many, and no others", async () => {
    await using cleaning = await cleaningServer({ cleaningMs: 300 });
    const { database, membership } = cleaning;
    await database.query("DELETE FROM commits");
    await addCommits(database, Date.now() - 11 * MINUTE_MS, 2 * COMMITS_PURGE_MAX + 7);
    await addCommits(database, Date.now() - 9 * MINUTE_MS, 3);
    await addCommits(database, Date.now(), 4);
    while ((await commits(database)) > 2 * COMMITS_PURGE_MAX + 7) await membership.publishDemand([]);
    // The rest immediately, and not at the next cleaning.
    await membership.publishDemand([]);
    await membership.publishDemand([]);
    expect(await commits(database)).toBe(3 + 4);
  });

  test("servers without a heartbeat for long, and of no others", async () => {
    await using cleaning = await cleaningServer({ cleaningMs: 50, goneMs: 400 });
    const { database, membership } = cleaning;
    const insert = "INSERT INTO servers (id, slot, beat, schema_known, demand) VALUES (?, ?, 7, 1, '[]')";
    await database.query(insert, ["dead", 20]);
    await database.query(insert, ["beating", 21]);
    const from = performance.now();
    while ((await database.query("SELECT 1 FROM servers WHERE id = 'dead'")).length > 0) {
      await database.query("UPDATE servers SET beat = beat + 1 WHERE id = 'beating'");
      await membership.publishDemand([]);
    }
    expect(performance.now() - from).toBeGreaterThanOrEqual(400);
    expect(await database.query("SELECT id FROM servers WHERE id = 'beating'")).toHaveLength(1);
    expect(await membership.publishDemand([])).not.toEqual([]);
  });
});

async function cleaningServer(times: { readonly cleaningMs: number; readonly goneMs?: number }) {
  await using stack = new AsyncDisposableStack();
  const { database } = stack.use(await mysqlFixture(1));
  const location = mysqlLocation(database.url);
  const session = new Session(location, new Hosts(location.hosts));
  stack.defer(() => session.close());
  const membership = new Membership({ session, timeoutMs: location.timeoutMs, schemaKnown: 1, ...times });
  const owned = stack.move();
  return { database, membership, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Ids as commits have them: six bytes of the time, ten of their own. */
async function addCommits(database: TestDatabase, time: number, count: number): Promise<void> {
  const id = "UNHEX(CONCAT(LPAD(HEX(?), 12, '0'), LPAD(HEX(seq), 20, '0')))";
  await database.query(`INSERT INTO commits (id, is_void) SELECT ${id}, 0 FROM seq_1_to_${count}`, [time]);
}

async function commits(database: TestDatabase): Promise<number> {
  const [row] = await database.query("SELECT COUNT(*) AS count FROM commits");
  return row?.count;
}
