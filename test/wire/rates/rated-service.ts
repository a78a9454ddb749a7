import { type Admin, signIn } from "../../harness/client.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../../harness/service.ts";
import { createTestClock, type TestClock } from "../../harness/test-clock.ts";

export interface RatedService extends AsyncDisposable {
  readonly service: TestService;
  readonly admin: Admin;
  /** Of the user `ada`. */
  readonly ada: string;
  readonly clock: TestClock;
}

/** A server whose clock stands still, an app of the given rate with a user `ada`, and all buckets full. */
export async function startRatedService(
  ratePerSecond: number,
  options: TestServiceOptions = {},
): Promise<RatedService> {
  const clock = createTestClock();
  const app = { ...options.app, ratePerSecond };
  const service = await startTestService({ ...options, app, parts: { clock, passwords: quickPasswords } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  clock.advance(1000);
  return { service, admin, ada, clock, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}
