import { type Accounts, createAccounts } from "../core/accounts.ts";
import type { Passwords, Store } from "../core/ports.ts";
import { systemClock } from "../system/clock.ts";
import { createPasswords } from "../system/passwords.ts";
import { systemRandom } from "../system/random.ts";

/** A command makes one user at a time. */
export function commandPasswords(): Passwords {
  return createPasswords({ concurrent: 1, waitingMax: 1 });
}

/** The rules about users, for a command on its own store: it has verified no tokens that it would have to forget. */
export function commandAccounts(store: Store): Accounts {
  return createAccounts({
    store,
    tokens: { forgetUser: () => {} },
    clock: systemClock,
    random: systemRandom,
    passwords: commandPasswords(),
  });
}
