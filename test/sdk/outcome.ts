import { expect } from "bun:test";

/** How a promise of the SDK ended, without the SDK's own measurements (`extraInfo`). */
export type Outcome = { readonly resolved: unknown } | { readonly rejected: SdkError } | { readonly thrown: string };

/** What the SDKs reject with: a plain object, not an Error. */
export interface SdkError {
  readonly type: number;
  readonly message: string;
  /** Most often the text of the answer's body. */
  readonly data?: unknown;
}

/** The SDK resolves with the whole body of the answer and `type: 0`. */
export function expectData(
  outcome: Outcome | undefined,
  data: unknown,
  lastModified: unknown = expect.any(Number),
): void {
  const resolved = { type: 0, timestamp: expect.any(Number), duration: expect.any(Number), data, lastModified };
  expect(outcome).toEqual({ resolved });
}

/** 603 is what the SDK makes of every 403; the reason is in the body, which it hands over as text. */
export function expectForbidden(outcome: Outcome, reason: string): void {
  expect(outcome).toEqual({ rejected: { type: 603, message: "permission denied", data: expect.any(String) } });
  expect(refusalIn(outcome)).toMatchObject({ error: "FORBIDDEN", error_description: reason, desc: reason });
}

/** 17 is what the SDK makes of most refusals: the body's text is the message and the data. */
export function expectRawRefusal(outcome: Outcome | undefined, refusal: Readonly<Record<string, unknown>>): void {
  const text = bodyTextOf(outcome);
  expect(outcome).toEqual({ rejected: { type: 17, message: text, data: text } });
  expect(refusalIn(outcome)).toMatchObject(refusal);
}

/** The server's answer, out of the error that the SDK made of it. */
function refusalIn(outcome: Outcome | undefined): unknown {
  return JSON.parse(bodyTextOf(outcome));
}

function bodyTextOf(outcome: Outcome | undefined): string {
  const data = outcome !== undefined && "rejected" in outcome ? outcome.rejected.data : undefined;
  if (typeof data !== "string") throw new Error(`no answer in ${JSON.stringify(outcome)}`);
  return data;
}
