import { setTimeout } from "node:timers/promises";

const LEAST_MS = 2;
const SPREAD_MS = 15;

/** Waits for a random time, long enough for another transaction to end; random, so that two do not collide again. */
export async function pause(): Promise<void> {
  await setTimeout(LEAST_MS + Math.random() * SPREAD_MS);
}
