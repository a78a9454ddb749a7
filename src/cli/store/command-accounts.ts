import { type Accounts, createAccounts } from "../../core/accounts/accounts.ts";
import { createPasswords, type Passwords } from "../../core/accounts/passwords.ts";
import { createAttempts } from "../../core/admission/attempts.ts";
import type { AppStore } from "../../core/ports/app-store.ts";
import type { UserStore } from "../../core/ports/user-store.ts";
import { systemClock } from "../../system/clock.ts";
import { argon2id } from "../../system/passwords.ts";
import { systemRandom } from "../../system/random.ts";
import { systemTimers } from "../../system/timers.ts";

export function commandPasswords(): Passwords {
  const attempts = createAttempts({ resource: "attempts", timers: systemTimers });
  return createPasswords({ hasher: argon2id, attempts, timers: systemTimers });
}

/** The rules about users, for a command that opens the store itself. It has no cached tokens to invalidate. */
export function commandAccounts(store: Pick<AppStore, "app"> & UserStore): Accounts {
  return createAccounts({
    store,
    tokens: { invalidateUser: () => {} },
    clock: systemClock,
    random: systemRandom,
    passwords: commandPasswords(),
  });
}
