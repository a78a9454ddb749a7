import { createPasswords, type Passwords } from "./core/passwords.ts";
import type { PasswordHasher, Timers } from "./core/ports.ts";
import { argon2id } from "./system/passwords.ts";
import { systemTimers } from "./system/timers.ts";

/**
 * What there is once in a process, whatever the number of threads that serve. With several it lives in the main thread,
 * and they ask by message (`workers/process-calls.ts`): methods take plain data, and promise plain data.
 */
export interface ProcessParts {
  readonly passwords: Passwords;
}

export interface ProcessPartsNeeds {
  readonly passwords?: PasswordHasher | undefined;
  readonly timers?: Timers | undefined;
}

export function createProcessParts({
  passwords: hasher = argon2id,
  timers = systemTimers,
}: ProcessPartsNeeds): ProcessParts {
  return { passwords: createPasswords({ hasher, timers }) };
}
