import { expect } from "bun:test";
import type { Answer } from "./client.ts";
import { expectMs } from "./expect-answer.ts";

/** Members of an error answer of a token or user call, beside `timestamp` and `duration`. */
export interface ExpectedAccountError {
  readonly status: number;
  readonly error: string;
  readonly text: string;
  readonly exception?: string;
}

/** Refusals of bearers, common to all calls (docs/PROTOCOL.md § Tokens). */
export const TOKEN_MISSING: ExpectedAccountError = {
  status: 401,
  error: "unauthorized",
  text: "Unable to authenticate (OAuth)",
};
export const TOKEN_EXPIRED: ExpectedAccountError = {
  status: 401,
  error: "unauthorized",
  text: "Unable to authenticate due to expired access token",
};
export const TOKEN_CORRUPT: ExpectedAccountError = {
  status: 401,
  error: "auth_bad_access_token",
  text: "Unable to authenticate due to corrupt access token",
};
export const TOKEN_UNKNOWN: ExpectedAccountError = {
  status: 401,
  error: "auth_bad_access_token",
  text: "Unable to authenticate",
};
export const NOT_PERMITTED: ExpectedAccountError = { status: 401, error: "unauthorized", text: "unauthorized" };

/** For calls about one user (docs/PROTOCOL.md § Users). */
export const USER_UNKNOWN: ExpectedAccountError = {
  status: 404,
  error: "service_resource_not_found",
  text: "Service resource not found",
  exception: "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
};

export function illegalArgument(text: string): ExpectedAccountError {
  return { status: 400, error: "illegal_argument", text };
}

/** The exact Usergrid shape of docs/PROTOCOL.md § Envelopes: only metadata calls have `desc`. */
export function expectAccountError(answer: Answer, { status, error, text, exception }: ExpectedAccountError): void {
  const { timestamp, duration, hint, ...rest } = answer.body;
  const wanted = { error, error_description: text };
  expect(rest).toStrictEqual(exception === undefined ? wanted : { ...wanted, exception });
  expect(answer.status).toBe(status);
  expectTimes(answer);
}

/**
 * A 200 of a user call, with exactly these members, `timestamp` and `duration`. Returns the body for further checks.
 */
export function expectAccountSuccess(answer: Answer, members: Readonly<Record<string, unknown>>): Answer["body"] {
  // Some clients treat a 200 that contains `error` as a failure (clients.md 24).
  expect(answer.text).not.toContain('"error"');
  expect(answer.status).toBe(200);
  const { timestamp, duration, ...rest } = answer.body;
  expect(rest).toEqual({ ...members });
  expectTimes(answer);
  return answer.body;
}

/** A user in answers (docs/PROTOCOL.md § Users). `nickname` is present only if set. */
export function entity(username: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    type: "user",
    created: expect.any(Number),
    modified: expect.any(Number),
    username,
    activated: true,
    ...more,
  };
}

function expectTimes({ body, text, headers }: Answer): void {
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expectMs(body.timestamp);
  // Integers must be readable as int64: no 1.0, no 1e3.
  expect(text).toMatch(/"timestamp":\d+[,}]/);
  expect(text).toMatch(/"duration":\d+[,}]/);
}
