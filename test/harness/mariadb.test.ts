import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { freshDatabaseOn, makeAccount, mariadbIsMissing } from "./mariadb.ts";
import { queryMariadb } from "./mariadb-query.ts";
import { MariadbServer } from "./mariadb-server.ts";

const TEST_TIMEOUT_MS = 60_000;
const FROZEN_MS = 200;

const START_AND_TELL = `
  import { MariadbServer } from ${JSON.stringify(`${import.meta.dir}/mariadb-server.ts`)};
  const server = await MariadbServer.start();
  const [row] = await server.query("SELECT @@datadir AS folder");
  console.log(JSON.stringify({ port: server.port, folder: row.folder }));
`;

describe.skipIf(mariadbIsMissing())("a MariaDB of the tests", () => {
  test(
    "keeps committed data when killed, and can be frozen and continued",
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
      const asked = server.query("SELECT 1 AS one");
      expect(await Promise.race([asked, Bun.sleep(FROZEN_MS)])).toBeUndefined();
      server.resume();
      expect(await asked).toEqual([{ one: 1 }]);
      await database[Symbol.asyncDispose]();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "ends with the process that started it, even if that is killed, and its folder is removed",
    async () => {
      const starter = Bun.spawn([process.execPath, "-e", START_AND_TELL], { stdout: "pipe", stderr: "inherit" });
      const { value } = await starter.stdout.getReader().read();
      const { port, folder } = JSON.parse(new TextDecoder().decode(value));
      expect(existsSync(folder)).toBe(true);
      starter.kill("SIGKILL");
      await eventually(async () => {
        expect(existsSync(folder)).toBe(false);
        await expect(queryMariadb(port, "SELECT 1", [], undefined)).rejects.toThrow("ECONNREFUSED");
      });
    },
    TEST_TIMEOUT_MS,
  );
});
