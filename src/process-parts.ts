import { createPasswords, type Passwords } from "./core/accounts/passwords.ts";
import { createAttempts } from "./core/admission/attempts.ts";
import { createProbe, type Probe } from "./core/faults/probe.ts";
import type { Clock, Digest, PasswordHasher, Store, Timers } from "./core/ports.ts";
import { type BuiltPages, NO_PAGES } from "./http/pages/built-pages.ts";
import { createOutsideCalls, type KeySetEvents, type OutsideCalls } from "./identity/outside-calls.ts";
import { systemClock } from "./system/clock.ts";
import { systemDigest } from "./system/digest.ts";
import { argon2id } from "./system/passwords.ts";
import { systemTimers } from "./system/timers.ts";

/**
 * What there is once in a process, whatever the number of threads that serve. With several it lives in the main thread,
 * and they ask by message (`workers/process-calls.ts`): methods take plain data, and promise plain data.
 */
export interface ProcessParts {
  readonly passwords: Passwords;
  readonly outside: OutsideCalls;
  readonly probe: Probe;
  readonly pages: BuiltPages;
}

export interface ProcessPartsNeeds {
  readonly store: Pick<Store, "ping">;
  readonly events: KeySetEvents;
  readonly clock?: Clock | undefined;
  readonly timers?: Timers | undefined;
  readonly digest?: Digest | undefined;
  readonly passwords?: PasswordHasher | undefined;
  /** None where it is left out. */
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
  // One for all: an address that guesses passwords is no more welcome with made-up tokens.
  const attempts = createAttempts({ resource: "attempts", timers });
  return {
    passwords: createPasswords({ hasher, attempts, timers }),
    outside: createOutsideCalls({ attempts, clock, timers, digest, events }),
    probe: createProbe(store, timers),
    pages,
  };
}
