import { createRateLimiter, type RateLimiter } from "../../../src/core/rates/rate-limiter.ts";
import { createRateLimiterCells } from "../../../src/core/rates/rate-limiter-memory.ts";
import { createRateShares, type RateShares, SHARES_REFRESH_MS } from "../../../src/core/rates/rate-shares.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { DemandBoard } from "./demand-board.ts";
import { rateLimitedApp } from "./rate-limited-app.ts";

/** Servers with one app, their calls, and the outcomes; the same in every run. */
export interface Simulation {
  readonly ratePerSecond: number;
  readonly servers: number;
  readonly seconds: number;
  /** The servers that calls go to in this millisecond, one entry a call. */
  readonly callsAt: (ms: number) => readonly number[];
  /** By server, the time of its start, ms; 0 when left out. */
  readonly startsAtMs?: Readonly<Record<number, number>>;
  /** By server, the time at which it is killed, ms. */
  readonly diesAtMs?: Readonly<Record<number, number>>;
}

/** By millisecond. */
export interface Simulated {
  readonly asked: readonly number[];
  readonly served: readonly number[];
}

interface Server {
  readonly rateLimiter: RateLimiter;
  readonly shares: RateShares;
  readonly phaseMs: number;
}

const APP = rateLimitedApp(7);

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const { ratePerSecond, servers: count, seconds, callsAt, startsAtMs = {}, diesAtMs = {} } = simulation;
  const clock = createTestClock();
  const board = new DemandBoard(() => clock.now());
  const servers = new Map<number, Server>();
  const asked: number[] = [];
  const served: number[] = [];

  const start = async (number: number, ms: number): Promise<void> => {
    const cells = createRateLimiterCells();
    const store = { publishDemand: board.join() };
    const shares = createRateShares({ cells, store, clock, events: { refreshFailed: rethrow } });
    const rateLimiter = createRateLimiter({ resource: "rate_buckets", clock, cells, addressRatePerSecond: 0, seed: 1 });
    await shares.refresh();
    // Servers do not refresh at the same moments.
    servers.set(number, { rateLimiter, shares, phaseMs: (ms + number * 73) % SHARES_REFRESH_MS });
  };

  for (let ms = 0; ms < seconds * 1000; ms++) {
    for (let number = 0; number < count; number++) {
      if ((startsAtMs[number] ?? 0) === ms) await start(number, ms);
      if (diesAtMs[number] === ms) servers.delete(number);
    }
    for (const { shares, phaseMs } of servers.values()) {
      if (ms % SHARES_REFRESH_MS === phaseMs) await shares.refresh();
    }
    const calls = callsAt(ms);
    asked.push(calls.length);
    served.push(calls.filter((number) => passes(servers.get(number), ratePerSecond)).length);
    clock.advance(1);
  }
  return { asked, served };
}

/** The outcome of the same calls on one server that has the app alone. */
export function simulateAlone(simulation: Simulation): Promise<Simulated> {
  const callsAt = (ms: number): readonly number[] => simulation.callsAt(ms).map(() => 0);
  return simulate({ ratePerSecond: simulation.ratePerSecond, seconds: simulation.seconds, servers: 1, callsAt });
}

function passes(server: Server | undefined, ratePerSecond: number): boolean {
  try {
    server?.rateLimiter.charge(APP, "set", ratePerSecond);
    return server !== undefined;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function rethrow(error: unknown): never {
  throw error;
}
