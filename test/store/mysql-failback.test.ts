import { expect, test } from "bun:test";
import { Failback } from "../../src/store/mysql/connection/failback.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { TcpGate } from "../cluster/tcp-gate.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { mysqlFixture } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

test.skipIf(mariadbIsMissing())(
  "a server returns to its first host when that host serves again, and not before",
  async () => {
    await using stack = new AsyncDisposableStack();
    const fixture = stack.use(await mysqlFixture(0));
    const { port } = await sharedMariadb();
    const gate = stack.use(await TcpGate.before(port));
    const hosts = new Hosts([
      { hostname: "127.0.0.1", port: gate.port },
      { hostname: "127.0.0.1", port },
    ]);
    const first = hosts.current;
    stack.use(new Failback(mysqlLocation(fixture.database.url, 500), hosts));
    gate.set("refuse");
    hosts.markUnavailable(first);
    const from = performance.now();
    while (performance.now() - from < 3000) {
      expect(hosts.current).not.toBe(first);
      await Bun.sleep(50);
    }
    gate.set("open");
    const opened = performance.now();
    while (hosts.current !== first) await Bun.sleep(20);
    expect(performance.now() - opened).toBeLessThan(4500);
  },
  20_000,
);
