/** An app's rate over three real servers on one MariaDB, however a load balancer deals its calls out. */
import { describe, expect, test } from "bun:test";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { Client } from "./client.ts";

const RATE = 200;
const SERVERS = 3;
const CLIENTS_PER_SERVER = 4;
/** Within which shares follow a change. */
const SETTLING_MS = 2000;
const SECONDS = Math.max(4, Number(process.env.CLUSTER_SECONDS ?? 4));
/** In `npm test`. */
const IS_SHORT = process.env.CLUSTER_SECONDS === "1";

describe.skipIf(mariadbIsMissing())("an app is served within 10 % of its rate by three servers", () => {
  test("whether its calls are spread, or all sent to one, or to another", async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await (await sharedMariadb()).freshDatabase());
    const servers = Array.from({ length: SERVERS }, () =>
      stack.use(new UsermetaProcess(database.url, { USERMETA_RATE_PER_SECOND: `${RATE}` })),
    );
    const origins = await Promise.all(servers.map((server) => server.origin()));
    const [first = "", second = ""] = origins;
    const deals = [origins, [first], [second], origins].slice(0, IS_SHORT ? 2 : undefined);
    for (const deal of deals) {
      const part = await servedOfRate(deal);
      expect([part, part > 0.9 && part < 1.1]).toEqual([part, true]);
    }
  }, 120_000);
});

/** Calls as often as it can; the part of the rate that was served, once the servers know of the demand. */
async function servedOfRate(origins: readonly string[]): Promise<number> {
  const from = performance.now() + SETTLING_MS;
  const until = from + SECONDS * 1000;
  let served = 0;
  async function ask(origin: string): Promise<void> {
    await using client = new Client(() => origin);
    while (performance.now() < until) {
      const { status, to } = await client.call("GET", "metadata/user/capacity");
      if (status === 200 && to >= from && to < until) served += 1;
      else if (status !== 200) expect(status).toBe(429);
      // No faster than need be: twelve clients ask for several times the rate as it is.
      await Bun.sleep(5);
    }
  }
  await Promise.all(origins.flatMap((origin) => Array.from({ length: CLIENTS_PER_SERVER }, () => ask(origin))));
  return served / SECONDS / RATE;
}
