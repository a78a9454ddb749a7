import { expect } from "bun:test";
import type { Answer } from "./client.ts";
import { expectMetadataError } from "./expect-answer.ts";
import type { TestClock } from "./test-clock.ts";

const REFUSED = { status: 429, error: "reach_limit", text: "This request has reached api limit" };

/**
 * Holds one call of an app whose rate is 2 a second to it: two at once, no third, told when the next may come, and
 * then one more.
 */
export async function expectRateOfTwo(clock: TestClock, call: () => Promise<Answer>): Promise<void> {
  expect((await call()).status).toBe(200);
  expect((await call()).status).toBe(200);
  const refused = await call();
  expectMetadataError(refused, REFUSED);
  expect(refused.headers.get("retry-after")).toBe("1");
  clock.advance(499);
  expect((await call()).status).toBe(429);
  clock.advance(1);
  expect((await call()).status).toBe(200);
  expect((await call()).status).toBe(429);
}
