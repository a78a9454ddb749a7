import { expect, test } from "bun:test";
import { freshDatabaseOn, makeAccount, mariadbIsMissing } from "./mariadb.ts";
import { MariadbServer } from "./mariadb-server.ts";

test.skipIf(mariadbIsMissing())(
  "a MariaDB keeps what was committed when it is killed, and freezes and goes on",
  async () => {
    await using server = await MariadbServer.start();
    await makeAccount(server);
    const database = await freshDatabaseOn([server]);
    await database.query("CREATE TABLE kept (number INT) ENGINE=InnoDB");
    await database.query("INSERT INTO kept VALUES (7)");
    await server.kill("SIGKILL");
    await expect(server.query("SELECT 1")).rejects.toThrow();
    server.spawn();
    await server.up();
    expect(await database.query("SELECT number FROM kept")).toEqual([{ number: 7 }]);
    server.pause();
    let isAnswered = false;
    const asked = server.query("SELECT 1").then(() => {
      isAnswered = true;
    });
    await Bun.sleep(200);
    expect(isAnswered).toBe(false);
    server.resume();
    await asked;
    await database[Symbol.asyncDispose]();
  },
  60_000,
);
