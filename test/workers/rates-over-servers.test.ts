import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApps } from "../../src/core/apps/apps.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { appKey } from "../../src/core/model.ts";
import { openSharedStore } from "../../src/store/open.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemDigest } from "../../src/system/digest.ts";
import { systemRandom } from "../../src/system/random.ts";
import { startWorkers } from "../../src/workers/start-workers.ts";
import { DemandBoard } from "../core/rates/demand-board.ts";
import { send, signIn } from "../harness/client.ts";
import { delegateStore } from "../harness/delegate-store.ts";
import { hearEvents } from "../harness/events.ts";
import { startTestService, type TestService } from "../harness/service.ts";
import { burst } from "../wire/rates/burst.ts";
import { startRatedService } from "../wire/rates/rated-service.ts";

const RATE = 100;
/** Calls a second of all servers together: twice the rate. */
const CALLS = 200;
const TURN_MS = 20;

interface Asked {
  readonly service: TestService;
  readonly token: string;
}

/** A server that exchanges demand with others on the board; each has a store of its own with the same app. */
async function startOnBoard(board: DemandBoard): Promise<Asked & AsyncDisposable> {
  const publishDemand = board.join();
  const service = await startTestService({
    app: { ratePerSecond: RATE },
    wrap: (store) => ({ ...delegateStore(store), publishDemand }),
  });
  const { token } = await signIn(service);
  return { service, token, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** Sends the calls to the servers in turn; returns how many were served in each second of the later part. */
async function servedPerSecond(servers: readonly Asked[], settleMs: number, countedMs: number): Promise<number> {
  const from = performance.now();
  const calls: Promise<{ at: number; status: number }>[] = [];
  for (let sent = 0; performance.now() - from < settleMs + countedMs; ) {
    const due = ((performance.now() - from) / 1000) * CALLS;
    for (; sent < due; sent++) {
      const asked = servers[sent % servers.length];
      if (asked === undefined) throw new Error("no server");
      const at = performance.now() - from;
      const url = `${asked.service.base}/metadata/user/nobody`;
      calls.push(send("GET", url, { token: asked.token }).then(({ status }) => ({ at, status })));
    }
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
  const counted = (await Promise.all(calls)).filter(({ at }) => at >= settleMs);
  return (counted.filter(({ status }) => status !== 429).length * 1000) / countedMs;
}

test("an app is served at its rate by two servers, spread over both or all to one of them", async () => {
  const board = new DemandBoard(() => performance.now());
  await using one = await startOnBoard(board);
  await using other = await startOnBoard(board);
  const spread = await servedPerSecond([one, other], 1500, 2000);
  const together = await servedPerSecond([one], 500, 2000);
  const moved = await servedPerSecond([other], 500, 2000);
  console.log(`at ${RATE} a second: spread ${spread}, all to one ${together}, all to the other ${moved}`);
  for (const served of [spread, together, moved]) expect(served).toBeWithin(RATE * 0.9, RATE * 1.1);
  expect([...one.service.faults, ...other.service.faults]).toEqual([]);
}, 30_000);

test("from its first call a server has only its share of a rate that another server has too", async () => {
  await using rated = await startRatedService(40, {
    wrap: (store) => ({ ...delegateStore(store), publishDemand: () => [[]] }),
  });
  const { service, ada } = rated;
  const get = () => send("GET", `${service.base}/metadata/user/ada`, { token: ada });
  expect((await burst(100, get)).passed).toBe(20);
});

test("the workers of a server share its part", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-test-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const store = await openSharedStore({ engine: "sqlite", path: join(folder, "usermeta.db") }, { exclusive: true });
  const apps = createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
  const key = appKey("org/app");
  const created = key === undefined ? "taken" : await apps.create(key, { ratePerSecond: 40 });
  if (created === "taken") throw new Error("the app could not be made");
  const { events, faults } = hearEvents();
  const service = stack.use(
    await startWorkers({
      settings: {
        hostname: "127.0.0.1",
        port: 0,
        defaults: { limits: DEFAULT_LIMITS, registration: "authorised" },
        operatorKey: undefined,
        trustedProxies: [],
      },
      count: 2,
      store: { ...store, publishDemand: () => [[]] },
      cacheBytes: 65_536,
      events,
      drainMs: 0,
    }),
  );
  const base = `${service.url.origin}/org/app`;
  const { token } = await signIn({ base, credentials: created.credentials });
  const from = performance.now();
  const get = () => send("GET", `${base}/metadata/user/nobody`, { token });
  const { passed } = await burst(100, get);
  const seconds = (performance.now() - from) / 1000;
  // Meanwhile the bucket refills, at up to the whole rate once the demand has been seen.
  expect(passed).toBeWithin(20, 20 + Math.ceil(seconds * 40) + 1);
  expect(faults).toEqual([]);
}, 20_000);
