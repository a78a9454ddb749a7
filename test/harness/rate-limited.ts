import { expect } from "bun:test";
import type { Answer } from "./client.ts";
import { expectMetadataError } from "./expect-answer.ts";
import type { TestClock } from "./test-clock.ts";

const REFUSED = { status: 429, error: "reach_limit", text: "This request has reached api limit" };

/**
 * Checks the rate limit of one call in an app with 2 calls a second: two succeed, the third gets 429 with the time of
 * the next call, and then one succeeds.
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
