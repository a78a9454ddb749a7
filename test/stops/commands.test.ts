import { expect, test } from "bun:test";
import { join } from "node:path";
import { freshDatabaseOn, makeAccount, mariadbIsMissing } from "../harness/mariadb.ts";
import { MariadbServer } from "../harness/mariadb-server.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

test.skipIf(mariadbIsMissing())(
  "a command whose database is frozen reports it and ends, although its connection never gets an answer",
  async () => {
    await using server = await MariadbServer.start();
    await makeAccount(server);
    await using database = await freshDatabaseOn([server]);
    server.pause();
    try {
      await using command = Bun.spawn([process.execPath, MAIN, "app", "list"], {
        env: { ...process.env, USERMETA_STORE: database.url },
        stdio: ["ignore", "ignore", "pipe"],
      });
      expect(await command.stderr.text()).toContain("cannot be reached");
      expect(await command.exited).toBe(1);
    } finally {
      server.resume();
    }
  },
);
