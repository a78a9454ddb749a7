import { expect } from "bun:test";
import type { Answer } from "./client.ts";

/** Members of an error answer of a metadata call, beside `timestamp` and `duration`. */
export interface ExpectedError {
  readonly status: number;
  readonly error: string;
  readonly text: string;
  /** If it differs from `text`. */
  readonly desc?: string;
  readonly exception?: string;
  readonly data?: unknown;
  /** Further members of the body. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * A 200 of a metadata call, with exactly these members, `timestamp` and `duration`.
 *
 * @param members `data` and the call's other members; a `lastModified` that is not given here must be a time
 */
export function expectSuccess(answer: Answer, members: Readonly<Record<string, unknown>>): void {
  expect(answer.text).not.toContain('"error"');
  expect(answer.status).toBe(200);
  const { lastModified, ...rest } = timed(answer);
  if (lastModified === undefined || "lastModified" in members) {
    expect({ ...rest, ...(lastModified === undefined ? {} : { lastModified }) }).toStrictEqual({ ...members });
    return;
  }
  expect(rest).toStrictEqual({ ...members });
  expectMs(lastModified);
}

/** An error of a metadata call: exactly the union of the old and the newer shape (docs/PROTOCOL.md § Envelopes). */
export function expectMetadataError(answer: Answer, expected: ExpectedError): void {
  const { status, error, text, desc = text, exception, data, details } = expected;
  // wire/http/hints.test.ts checks which errors have a hint, and for which callers.
  const { hint: _, ...rest } = timed(answer);
  expect(rest).toStrictEqual({
    error,
    ...(exception === undefined ? {} : { exception }),
    error_description: text,
    desc,
    ...(data === undefined ? {} : { data }),
    ...details,
  });
  expect(answer.status).toBe(status);
}

/** `lastModified` is left to the test, which compares it with the answer. */
export function expectMs(value: unknown): void {
  expect(Number.isSafeInteger(value)).toBe(true);
  expect(value).toBeGreaterThan(Date.UTC(2020, 0));
  expect(value).toBeLessThanOrEqual(Date.now() + 60_000);
}

/** Checks the common members of all answers, and returns the others. */
function timed(answer: Answer): Readonly<Record<string, unknown>> {
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  const { timestamp, duration, ...rest } = answer.body;
  expectMs(timestamp);
  expect(Number.isSafeInteger(duration)).toBe(true);
  expect(duration).toBeGreaterThanOrEqual(0);
  // JavaScript reads 1.0 and 1e3 as integers, but a client that reads an int64 does not.
  expect(answer.text).toMatch(/"timestamp":\d+[,}]/);
  expect(answer.text).toMatch(/"duration":\d+[,}]/);
  return rest;
}
