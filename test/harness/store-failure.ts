import { expect } from "bun:test";
import type { Answer } from "./client.ts";
import { expectMetadataError } from "./expect-answer.ts";
import { DRIVER_TRACES, driverError, type FailingStore } from "./failing-store.ts";
import type { TestService } from "./service.ts";

const REFUSED = { status: 500, error: "INTERNAL_SERVER_ERROR", text: "internal server error" };

/**
 * Checks one call on a failing store: a 500 without any of the driver's words, the full error logged under the same id,
 * and success as soon as the store works again.
 */
export async function expectStoreFailure(
  service: TestService,
  failing: FailingStore,
  call: () => Promise<Answer>,
): Promise<void> {
  const error = driverError();
  failing.fail(error);
  const answer = await call();
  expectMetadataError(answer, REFUSED);
  const shown = answer.text + JSON.stringify([...answer.headers]);
  expect(shown).not.toMatch(DRIVER_TRACES);
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(service.faults).toEqual([error]);

  failing.fail(undefined);
  expect((await call()).status).toBe(200);
  expect(service.faults).toHaveLength(1);
}
