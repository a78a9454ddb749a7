import { expect } from "bun:test";
import type { Answer } from "./client.ts";

/** What an error answer of a metadata call holds beside `timestamp` and `duration`. */
export interface ExpectedError {
  readonly status: number;
  readonly error: string;
  readonly text: string;
  /** Where it is another one than `text`. */
  readonly desc?: string;
  readonly exception?: string;
  readonly data?: unknown;
  /** Further members of the body. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * A 200 of a metadata call: these members, `timestamp` and `duration`, and no other.
 *
 * @param members `data`, and what else the call has; a `lastModified` that is not named must be a time
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

/** An error of a metadata call: the union of the old and the newer shape (protocol.md § 4.1), and nothing else. */
export function expectMetadataError(answer: Answer, expected: ExpectedError): void {
  const { status, error, text, desc = text, exception, data, details } = expected;
  // Which of them have a hint, and for whom, is in wire/http/hints.test.ts.
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

/** `lastModified` is left to the test: it looks at what the answer says. */
export function expectMs(value: unknown): void {
  expect(Number.isSafeInteger(value)).toBe(true);
  expect(value).toBeGreaterThan(Date.UTC(2020, 0));
  expect(value).toBeLessThanOrEqual(Date.now() + 60_000);
}

/** Checks what every answer has, and gives the rest of its body. */
function timed(answer: Answer): Readonly<Record<string, unknown>> {
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  const { timestamp, duration, ...rest } = answer.body;
  expectMs(timestamp);
  expect(Number.isSafeInteger(duration)).toBe(true);
  expect(duration).toBeGreaterThanOrEqual(0);
  // 1.0 and 1e3 are integers to JavaScript, not to a client that reads an int64.
  expect(answer.text).toMatch(/"timestamp":\d+[,}]/);
  expect(answer.text).toMatch(/"duration":\d+[,}]/);
  return rest;
}
