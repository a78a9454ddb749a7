import { describe, expect, test } from "bun:test";
import { Deadline } from "../../src/store/mysql/connection/deadline.ts";
import { SilentRollback } from "../../src/store/mysql/connection/errors.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { rowsOf, Session } from "../../src/store/mysql/connection/session.ts";
import { openMysqlStore } from "../../src/store/mysql/store.ts";
import { transact } from "../../src/store/mysql/transaction/transact.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { mysqlLocation } from "./mysql-location.ts";

const DEADLINE_MS = 5000;

describe.skipIf(mariadbIsMissing())("a transaction that is rolled back between two of its statements", () => {
  test("is refused, and keeps nothing of the statements that ran after that", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    const location = mysqlLocation(database.url);
    await using _store = await openMysqlStore(location, { exclusive: true });
    await database.query("CREATE TABLE t (n INT) ENGINE=InnoDB");
    const session = new Session(location, new Hosts(location.hosts));
    // As a node of Galera does when its transaction is aborted; see test/cluster/giving-way.ts.
    const insert = (n: number) => ({ sql: "INSERT INTO t VALUES (?)", values: [n] });
    const broken = transact(
      session,
      new Deadline(DEADLINE_MS),
      async (run) => {
        await run(insert(1), { sql: "ROLLBACK" }, insert(2));
        return { keep: true, value: undefined };
      },
      0,
    );
    await expect(broken).rejects.toBeInstanceOf(SilentRollback);
    expect(await database.query("SELECT n FROM t")).toEqual([]);
    // And the connection is as before: a statement outside a transaction is committed immediately.
    await session.queryBatch([insert(3)], DEADLINE_MS);
    session.drop();
    const another = new Session(location, new Hosts(location.hosts));
    expect(rowsOf(await another.one("SELECT n FROM t", [], DEADLINE_MS))).toEqual([[3]]);
    await another.close();
  });
});
