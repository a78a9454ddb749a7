import type { App } from "../../../src/core/model.ts";

/** The parts of an app that a throttle reads. */
export function rateLimitedApp(number: number): App {
  return { number } as App; // as: the number is all that counts
}
