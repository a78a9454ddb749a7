import { createPasswords, type Passwords } from "./core/accounts/passwords.ts";
import { createAttempts } from "./core/admission/attempts.ts";
import { createProbe, type Probe } from "./core/faults/probe.ts";
import type { StoreHealth } from "./core/ports/store-health.ts";
import type { Clock } from "./core/ports/system/clock.ts";
import type { Digest } from "./core/ports/system/digest.ts";
import type { PasswordHasher } from "./core/ports/system/password-hasher.ts";
import type { Timers } from "./core/ports/system/timers.ts";
import { type BuiltPages, NO_PAGES } from "./http/pages/built-pages.ts";
import { createOutsideCalls, type OutsideCalls } from "./identity/outside/outside-calls.ts";
import type { KeySetEvents } from "./identity/outside/outside-questions.ts";
import { systemClock } from "./system/clock.ts";
import { systemDigest } from "./system/digest.ts";
import { argon2id } from "./system/passwords.ts";
import { systemTimers } from "./system/timers.ts";

/**
 * The parts that exist once in a process, whatever the number of serving threads. With several threads they live in the
 * main thread, and workers call them by message (`workers/process-calls.ts`), so arguments and results are plain data.
 */
export interface ProcessParts {
  readonly passwords: Passwords;
  readonly outside: OutsideCalls;
  readonly probe: Probe;
  readonly pages: BuiltPages;
}

export interface ProcessPartsNeeds {
  readonly store: Pick<StoreHealth, "ping">;
  readonly events: KeySetEvents;
  readonly clock?: Clock | undefined;
  readonly timers?: Timers | undefined;
  readonly digest?: Digest | undefined;
  readonly passwords?: PasswordHasher | undefined;
  /** Left out: no pages. */
  readonly pages?: BuiltPages | undefined;
}

export function createProcessParts({
  store,
  events,
  clock = systemClock,
  timers = systemTimers,
  digest = systemDigest,
  passwords: hasher = argon2id,
  pages = NO_PAGES,
}: ProcessPartsNeeds): ProcessParts {
  // One instance: failures with passwords and with tokens count together against an address.
  const attempts = createAttempts({ resource: "attempts", timers });
  return {
    passwords: createPasswords({ hasher, attempts, timers }),
    outside: createOutsideCalls({ attempts, clock, timers, digest, events }),
    probe: createProbe(store, timers),
    pages,
  };
}
