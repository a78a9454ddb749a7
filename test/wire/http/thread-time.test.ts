import { expect, test } from "bun:test";
import { appRoutes, type Rules } from "../../../src/http/routing/routes.ts";
import { signIn } from "../../harness/client.ts";
import type { HostileOrder } from "../../harness/hostile-client.ts";
import { anyRequest, type Chance, chanceFrom, changed, type HostileRequest } from "../../harness/hostile-request.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { longestTurnMs, slowness } from "../../harness/thread-probe.ts";

/** "No request blocks a thread for more than 20 ms." */
const TURN_MS = 20;
/** For how long a route is searched; one that reads no body has less to find. */
const SEARCHED_MS = Number(process.env.SEARCH_MS ?? 500);
const SEED = Number(process.env.SEARCH_SEED ?? 14);
/** Random requests before the worst of them are made worse. */
const RANDOM = 12;
/** A bad figure counts only if every attempt gives one. */
const REPEATS = 5;

// as: the handlers are only counted here, and not called
const ROUTES = appRoutes({} as Rules);

test("no request that a search finds keeps the thread from others for more than 20 ms, on any route", async () => {
  await using service = await startTestService({ app: { userBytesMax: 262_144, batchMax: 1000 }, workers: 1 });
  using client = await hostileClient(service);
  const worst: string[] = [];
  const chance = chanceFrom(SEED);
  for (const { method, path } of ROUTES) {
    const found = await search(method, path, client.turnMs, chance);
    const ms = await leastOf(REPEATS, () => client.turnMs(found));
    const allowed = TURN_MS * slowness();
    if (process.env.SEARCH_SHOWN) console.log(ms.toFixed(1), allowed.toFixed(1), JSON.stringify(found));
    if (ms > allowed) worst.push(`${ms.toFixed(1)} ms of ${allowed.toFixed(1)}: ${JSON.stringify(found)}`);
  }
  expect(worst).toEqual([]);
  expect(service.faults).toEqual([]);
}, 60_000);

type TurnMs = (request: HostileRequest) => Promise<number>;

/** The worst request to the route that was found in the time. */
async function search(method: string, path: string, turnMs: TurnMs, chance: Chance): Promise<HostileRequest> {
  const readsBody = ["PUT", "PATCH", "POST"].includes(method) && !path.endsWith("activate");
  const until = performance.now() + (readsBody ? SEARCHED_MS : SEARCHED_MS / 5);
  let worst = { request: anyRequest(method, path, chance), ms: 0 };
  for (let tried = 0; performance.now() < until; tried++) {
    const request =
      tried < RANDOM || chance() < 0.3 ? anyRequest(method, path, chance) : changed(worst.request, chance);
    const ms = await turnMs(request);
    // A turn may be long by chance once, when memory is swept.
    if (ms > worst.ms && Math.min(ms, await turnMs(request)) > worst.ms) worst = { request, ms };
  }
  return worst.request;
}

async function leastOf(count: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let done = 0; done < count; done++) least = Math.min(least, await measure());
  return least;
}

interface HostileClient extends Disposable {
  /** The longest turn of this thread while it answers the request. */
  readonly turnMs: TurnMs;
}

async function hostileClient(service: TestService): Promise<HostileClient> {
  const admin = await signIn(service);
  const own = await admin.newUser("ada");
  const other = await admin.newUser("u1");
  // A user with as many attributes as possible.
  const many = Array.from({ length: 40_000 }, (_, index) => `${(index + 46_656).toString(36)}=1`).join("&");
  if ((await admin.set("ada", many)).status !== 200) throw new Error("the user could not be filled");
  const bearers = { none: undefined, "made up": "YWMtmade-up", other, own, admin: admin.token };
  let answered = Promise.withResolvers<number>();
  const client = Bun.spawn([process.execPath, "test/harness/hostile-client.ts"], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (status: number) => answered.resolve(status),
  });
  const ask = async (request: HostileRequest): Promise<void> => {
    answered = Promise.withResolvers();
    const order: HostileOrder = { port: Number(new URL(service.origin).port), prefix: "/org/app", bearers, request };
    client.send(order);
    await answered.promise;
  };
  return { turnMs: (request) => longestTurnMs(() => ask(request)), [Symbol.dispose]: () => client.kill() };
}
