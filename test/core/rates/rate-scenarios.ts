import type { Simulation } from "./rate-simulation.ts";

type Scenario = Pick<Simulation, "callsAt" | "startsAtMs" | "diesAtMs"> & { readonly servers?: number };

/** @param perSecond the number of calls to all servers together */
type Scenarios = Readonly<Record<string, (perSecond: number) => Scenario>>;

/** The time of an event in the middle of a run. */
const TURN_MS = 15_000;

/** How a load balancer may distribute the calls of one app over three servers. */
export const SCENARIOS: Scenarios = {
  "spread evenly": (perSecond) => ({ callsAt: evenly(perSecond, (_, call) => call % 3) }),
  "all to one": (perSecond) => ({ callsAt: evenly(perSecond, () => 0) }),
  "all to one, another every 5 s": (perSecond) => ({ callsAt: evenly(perSecond, (ms) => Math.floor(ms / 5000) % 3) }),
  "to and fro every 5 s": (perSecond) => ({ callsAt: evenly(perSecond, (ms) => Math.floor(ms / 5000) % 2) }),
  "all to one, another every second": (perSecond) => ({
    callsAt: evenly(perSecond, (ms) => Math.floor(ms / 1000) % 3),
  }),
  "90, 9 and 1 in a hundred": (perSecond) => ({ callsAt: evenly(perSecond, byWeight([0.9, 0.09, 0.01])) }),
  "at random": (perSecond) => ({ callsAt: evenly(perSecond, byWeight([1 / 3, 1 / 3, 1 / 3])) }),
  "two servers start under load": (perSecond) => ({ servers: 2, callsAt: evenly(perSecond, (_, call) => call % 2) }),
  "a third server joins": (perSecond) => ({
    startsAtMs: { 2: TURN_MS },
    callsAt: evenly(perSecond, (ms, call) => call % (ms < TURN_MS ? 2 : 3)),
  }),
  "one of three dies": (perSecond) => ({
    diesAtMs: { 2: TURN_MS },
    callsAt: evenly(perSecond, (ms, call) => call % (ms < TURN_MS ? 3 : 2)),
  }),
  "the one that has all dies": (perSecond) => ({
    diesAtMs: { 2: TURN_MS },
    callsAt: evenly(perSecond, (ms) => (ms < TURN_MS ? 2 : 0)),
  }),
};

/** Calls at even distances, each sent to the server that `pick` names. */
export function evenly(perSecond: number, pick: (ms: number, call: number) => number): Simulation["callsAt"] {
  const before = (ms: number): number => Math.floor((perSecond * ms) / 1000);
  return (ms) => Array.from({ length: before(ms + 1) - before(ms) }, (_, index) => pick(ms, before(ms) + index));
}

/** Picks one of the places by chance, the same each time. */
export function byWeight(weights: readonly number[], seed = 1): () => number {
  const chance = chances(seed);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return () => {
    let left = chance() * sum;
    const place = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return Math.max(0, place);
  };
}

/** Mulberry32: numbers from 0 to 1. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
