import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { startService } from "../../src/service.ts";
import { delegateStore } from "./delegate-store.ts";
import { hearEvents } from "./events.ts";
import { quickPasswords } from "./quick-passwords.ts";
import type { TestService } from "./service.ts";

/** Another server on the first one's store, with separate memory, as in another process. */
export interface SecondServer extends AsyncDisposable {
  /** Like the first one's, for the same app. */
  readonly base: string;
}

export async function startSecondServer(first: TestService): Promise<SecondServer> {
  const service = await startService(
    {
      hostname: "127.0.0.1",
      port: 0,
      defaults: { limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 }, registration: "authorised" },
      operatorKey: undefined,
      trustedProxies: [],
    },
    {
      // The first server owns the store, so do not close it here.
      store: { ...delegateStore(first.store), [Symbol.asyncDispose]: async () => {} },
      events: hearEvents().events,
      passwords: quickPasswords,
      drainMs: 0,
    },
  );
  return {
    base: `${service.url.origin}/${first.app.key}`,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
