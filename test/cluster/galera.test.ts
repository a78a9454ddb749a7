import { expect, test } from "bun:test";
import { galeraIsMissing, startGalera } from "./galera.ts";

test.skipIf(galeraIsMissing())(
  "three nodes hold the same, go on without one, and take it in again",
  async () => {
    await using galera = await startGalera();
    const [first, second, third] = galera.nodes;
    await using database = await galera.freshDatabase();
    await database.query("CREATE TABLE kept (number INT PRIMARY KEY) ENGINE=InnoDB");
    await database.query("INSERT INTO kept VALUES (1)");
    const numbers = (node: typeof first) =>
      node.server
        .query("SET SESSION wsrep_sync_wait = 1")
        .then(() => node.server.query(`SELECT number FROM ${database.name}.kept ORDER BY number`));
    await third.synced(3);
    expect(await numbers(third)).toEqual([{ number: 1 }]);
    await second.server.kill("SIGKILL");
    await database.query("INSERT INTO kept VALUES (2)");
    await second.rejoin();
    await first.synced(3);
    expect(await numbers(second)).toEqual([{ number: 1 }, { number: 2 }]);
  },
  120_000,
);
