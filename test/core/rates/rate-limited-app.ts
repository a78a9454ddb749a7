import type { App } from "../../../src/core/model.ts";

/** An app as far as a throttle looks at it. */
export function rateLimitedApp(number: number): App {
  return { number } as App; // as: the number is all that counts
}
