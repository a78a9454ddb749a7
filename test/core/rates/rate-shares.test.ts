import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Demand } from "../../../src/core/ports/cluster-store.ts";
import { BUCKETS } from "../../../src/core/rate-limit-status.ts";
import { createRateLimiter, type RateLimiter } from "../../../src/core/rates/rate-limiter.ts";
import { createRateLimiterCells, rateLimiterCells } from "../../../src/core/rates/rate-limiter-memory.ts";
import { createRateShares, type RateSharesNeeds, SHARES_REFRESH_MS } from "../../../src/core/rates/rate-shares.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { rateLimitedApp } from "./rate-limited-app.ts";

const APP = rateLimitedApp(3);
const RATE = 100;

type Lists = readonly (readonly Demand[])[];

interface SharingServer {
  readonly rateLimiter: RateLimiter;
  readonly told: (readonly Demand[])[];
  readonly failures: unknown[];
  readonly cells: SharedArrayBuffer;
  /** The results of the next exchanges. */
  others: RateSharesNeeds["store"]["publishDemand"];
  /** Advances the time as the server's timer does. */
  refresh(ms?: number): Promise<void>;
  stop(): Promise<void>;
}

function startServer(others: Lists = []): SharingServer {
  const clock = createTestClock();
  const cells = createRateLimiterCells();
  const told: (readonly Demand[])[] = [];
  const failures: unknown[] = [];
  const store = {
    publishDemand(demand: readonly Demand[]) {
      told.push(demand);
      return server.others(demand);
    },
  };
  const events = { refreshFailed: (error: unknown) => void failures.push(error) };
  const shares = createRateShares({ cells, store, clock, events });
  const server: SharingServer = {
    rateLimiter: createRateLimiter({ resource: "rate_buckets", clock, cells, addressRatePerSecond: RATE, seed: 1 }),
    told,
    failures,
    cells,
    others: () => others,
    refresh(ms = SHARES_REFRESH_MS) {
      clock.advance(ms);
      return shares.refresh();
    },
    stop: () => shares.stop(),
  };
  return server;
}

/** The number of passing calls, and the longest wait that a refused one is told, ms. */
function burst(server: SharingServer, calls = 2 * RATE, rate = RATE): { passed: number; waitMs: number } {
  let passed = 0;
  let waitMs = 0;
  for (let call = 0; call < calls; call++) {
    try {
      server.rateLimiter.charge(APP, "set", rate);
      passed += 1;
    } catch (error) {
      if (!(error instanceof Refusal) || error.refused.code !== "rate_exceeded") throw error;
      waitMs = Math.max(waitMs, error.refused.retryAfterMs);
    }
  }
  return { passed, waitMs };
}

const wants = (perSecond: number, app = APP.number, bucket = BUCKETS.indexOf("set")): readonly Demand[] => [
  { app, bucket, perSecond },
];

test("servers without known demand have equal parts, and the only one with demand soon has the whole rate", async () => {
  for (const [count, worth] of [
    [1, 100],
    [2, 50],
    [3, 33],
    [10, 10],
  ] as const) {
    const server = startServer(Array.from({ length: count - 1 }, () => []));
    await server.refresh();
    expect(burst(server).passed).toBe(worth);
    let passed = 0;
    for (let time = 0; time < 20; time++) {
      if (time >= 10) passed += burst(server, 40).passed;
      else burst(server, 40);
      await server.refresh();
    }
    // No other server has demand: the whole rate is here, 20 calls a refresh.
    expect(passed).toBeWithin(198, 202);
  }
});

test("a server whose peers demand the whole rate first serves an equal part, and then hardly anything", async () => {
  const server = startServer([wants(1000), wants(1000)]);
  await server.refresh();
  expect(burst(server, 1).passed).toBe(1);
  await server.refresh();
  await server.refresh(2000);
  expect(burst(server).passed).toBe(33);
  await server.refresh();
  expect(burst(server, 1)).toEqual({ passed: 0, waitMs: expect.any(Number) });
});

test("a bucket that is full at a third is not full at the whole: it keeps the calls that are in it", async () => {
  const server = startServer([[], []]);
  await server.refresh();
  expect(burst(server, 3).passed).toBe(3);
  server.others = () => [];
  await server.refresh(0);
  for (let ms = 0; ms < 1000; ms += SHARES_REFRESH_MS) await server.refresh();
  const before = burst(server).passed;
  expect(before).toBe(100);

  server.others = () => [[]];
  await server.refresh(0);
  expect(burst(server).passed).toBe(0);
  await server.refresh(100);
  expect(burst(server).passed).toBeWithin(5, 11);
});

test("with several servers a refused call is told to wait a second at most: shares move", async () => {
  const server = startServer([wants(1_000_000), ...Array.from({ length: 20 }, () => [])]);
  await server.refresh();
  expect(burst(server, 1)).toEqual({ passed: 1, waitMs: 0 });
  burst(server);
  await server.refresh();
  // Its part of the rate is a call in eleven seconds.
  expect(burst(server, 10)).toEqual({ passed: 0, waitMs: 1000 });
});

test("one server's buckets are the same to the nanosecond with and without shares", async () => {
  const calls = fc.array(
    fc.record({ ms: fc.integer({ min: 0, max: 700 }), count: fc.integer({ min: 1, max: 40 }), deals: fc.boolean() }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 1_000_000 }), async (bursts, rate) => {
      const clock = createTestClock();
      const [dealt, plain] = [createRateLimiterCells(), createRateLimiterCells()];
      const shares = createRateShares({
        cells: dealt,
        store: { publishDemand: () => [] },
        clock,
        events: { refreshFailed: () => {} },
      });
      const throttles = [dealt, plain].map((cells) =>
        createRateLimiter({ resource: "rate_buckets", clock, cells, addressRatePerSecond: 0, seed: 1 }),
      );
      for (const { ms, count, deals } of bursts) {
        clock.advance(ms);
        if (deals) await shares.refresh();
        for (let call = 0; call < count; call++) {
          const [first, second] = throttles.map((rateLimiter) => waitOf(() => rateLimiter.charge(APP, "token", rate)));
          expect(first).toBe(second);
        }
        const at = APP.number * 8 + BUCKETS.indexOf("token");
        expect(rateLimiterCells(dealt).fullAt[at]).toBe(rateLimiterCells(plain).fullAt[at]);
      }
    }),
    { numRuns: 100 },
  );
});

test("published arrivals include refused calls, in calls a second", async () => {
  const server = startServer();
  await server.refresh();
  for (let time = 0; time < 10; time++) {
    burst(server, 100);
    await server.refresh();
  }
  expect(server.told.at(-1)).toEqual([{ app: 3, bucket: 0, perSecond: expect.closeTo(500, 0) }]);
});

test("a demand that fits beside any other is published only for a bucket that others publish", async () => {
  const server = startServer([[], []]);
  await server.refresh();
  for (let time = 0; time < 10; time++) {
    burst(server, 1);
    await server.refresh();
  }
  expect(server.told.flat()).toEqual([]);
  server.others = () => [wants(30), []];
  for (let time = 0; time < 10; time++) {
    burst(server, 1);
    await server.refresh();
  }
  expect(server.told.at(-1)).toEqual([{ app: 3, bucket: 0, perSecond: 5 }]);
});

test("an idle server reports every second that it is alive, one with demand at every refresh, and its end immediately", async () => {
  const server = startServer([[]]);
  for (let time = 0; time < 11; time++) await server.refresh();
  expect(server.told).toEqual([[], [], []]);
  for (let time = 0; time < 3; time++) {
    burst(server, 10);
    await server.refresh();
  }
  expect(server.told.slice(3).map((demand) => demand.length)).toEqual([1, 1, 1]);
  await server.refresh(5000);
  expect(server.told.slice(6)).toEqual([[]]);
  await server.refresh();
  expect(server.told.length).toBe(7);
});

test("a failed exchange leaves the shares as they are, and is reported each time", async () => {
  const server = startServer([[]]);
  await server.refresh();
  const down = new Error("down");
  for (const fail of [
    () => Promise.reject(down),
    () => {
      throw down;
    },
  ]) {
    server.others = fail;
    const before = server.failures.length;
    for (let time = 0; time < 12; time++) await server.refresh();
    const failures = server.failures.slice(before);
    expect(failures.length).toBeGreaterThan(1);
    expect(new Set(failures)).toEqual(new Set([down]));
    server.others = () => [[]];
    for (let time = 0; time < 6; time++) await server.refresh();
  }
  expect(burst(server).passed).toBe(50);
});

test("exchanges never overlap, however long one takes, and none starts after the end", async () => {
  const server = startServer();
  const answer = Promise.withResolvers<Lists>();
  server.others = () => answer.promise;
  const first = server.refresh();
  const more = Array.from({ length: 10 }, () => {
    burst(server, 10);
    return server.refresh();
  });
  expect(server.told.length).toBe(1);
  const stopped = server.stop();
  answer.resolve([[]]);
  await Promise.all([first, ...more, stopped]);
  for (let time = 0; time < 10; time++) await server.refresh();
  expect(server.told.length).toBe(1);
});

test("data of another version that cannot be parsed is ignored", async () => {
  const strange = [
    ...wants(Number.NaN),
    ...wants(Number.POSITIVE_INFINITY),
    ...wants(-5),
    ...wants(1000, -1),
    ...wants(1000, 65_536),
    ...wants(1000, 0.5),
    ...wants(1000, APP.number, 8),
    ...wants(1000, APP.number, -1),
  ];
  const server = startServer([strange]);
  await server.refresh();
  burst(server, 1);
  await server.refresh();
  await server.refresh(1000);
  expect(burst(server).passed).toBeGreaterThanOrEqual(50);
});

test("an address's rate, and an app's without limit, have no shares", async () => {
  const server = startServer([[], [], []]);
  await server.refresh();
  expect(burst(server, 1000, 0).passed).toBe(1000);
  expect(
    waitOf(() => {
      for (let call = 0; call < RATE; call++) server.rateLimiter.chargeAddress("10.0.0.1");
    }),
  ).toBe(0);
  await server.refresh();
  expect(server.told.flat()).toEqual([]);
});

/** ms; 0 = the call passed. */
function waitOf(call: () => void): number {
  try {
    call();
    return 0;
  } catch (error) {
    if (error instanceof Refusal && error.refused.code === "rate_exceeded") return error.refused.retryAfterMs;
    throw error;
  }
}
