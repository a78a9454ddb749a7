import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { send } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { eventually } from "../../harness/eventually.ts";
import { startTestService } from "../../harness/service.ts";

/** A store that counts the looks at it, and that can be made to fail them or to hold them. */
function probedStore() {
  const probed = {
    pings: 0,
    underWay: 0,
    underWayMax: 0,
    /** Of the next looks; undefined = the store's own. */
    ping: undefined as Store["ping"] | undefined, // as: it is set later
    wrap: (store: Store): Store => ({
      ...delegateStore(store),
      async ping() {
        probed.pings += 1;
        probed.underWay += 1;
        probed.underWayMax = Math.max(probed.underWayMax, probed.underWay);
        try {
          return await (probed.ping?.() ?? store.ping());
        } finally {
          probed.underWay -= 1;
        }
      },
    }),
  };
  return probed;
}

const UNREADY = { status: 503, body: { status: "the store does not answer" } };

test("the store is checked once a second, however many clients ask for readiness and by whatever method", async () => {
  const probed = probedStore();
  await using service = await startTestService({ wrap: probed.wrap });
  const from = performance.now();
  const methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];
  for (let round = 0; round < 10; round++) {
    const answers = Array.from({ length: 50 }, (_, index) => {
      const method = methods[index % methods.length] ?? "GET";
      return send(method, `${service.origin}/-/ready`, method === "PUT" ? { body: "x".repeat(1000) } : {});
    });
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([200]));
  }
  expect(probed.pings).toBeLessThanOrEqual(Math.ceil((performance.now() - from) / 1000));
  expect(probed.underWayMax).toBe(1);
});

test("a store that does not answer is 503 with Retry-After for all, and no longer once it does", async () => {
  const probed = probedStore();
  await using service = await startTestService({ wrap: probed.wrap });
  const url = `${service.origin}/-/ready`;
  probed.ping = () => Promise.reject(new Error("SQLITE_IOERR in /var/lib"));
  for (let time = 0; time < 20; time++) {
    const answer = await send("GET", url);
    expect(answer).toMatchObject(UNREADY);
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  expect(probed.pings).toBe(1);
  probed.ping = undefined;
  await eventually(async () =>
    expect(await send("GET", url)).toMatchObject({ status: 200, body: { status: "ready" } }),
  );
});

test("a check that does not end is 503 for each caller, and no second one starts beside it", async () => {
  const probed = probedStore();
  await using service = await startTestService({ wrap: probed.wrap });
  const url = `${service.origin}/-/ready`;
  const holding = Promise.withResolvers<[]>();
  probed.ping = () => holding.promise;
  const from = performance.now();
  const [first, second] = await Promise.all([send("GET", url), send("GET", url)]);
  expect([first, second]).toMatchObject([UNREADY, UNREADY]);
  expect(performance.now() - from).toBeLessThan(4000);
  expect((await send("GET", `${service.origin}/-/health`)).body).toEqual({ status: "alive" });
  expect(await send("GET", url)).toMatchObject(UNREADY);
  expect(probed.pings).toBe(1);
  holding.resolve([]);
  probed.ping = undefined;
  await eventually(async () => expect(await send("GET", url)).toMatchObject({ status: 200 }));
}, 20_000);

test("a store that serves in spite of a trouble is ready, and the trouble is named", async () => {
  const probed = probedStore();
  await using service = await startTestService({ wrap: probed.wrap });
  probed.ping = async () => ["log_long"];
  const ready = () => send("GET", `${service.origin}/-/ready`);
  await eventually(async () => expect(await ready()).toMatchObject({ body: { troubles: ["log_long"] } }));
  expect(await ready()).toMatchObject({ status: 200, body: { status: "ready" } });
});
