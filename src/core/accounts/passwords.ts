import type { Asker } from "../admission/asker.ts";
import type { Attempts } from "../admission/attempts.ts";
import { createSlots } from "../admission/slots.ts";
import type { PasswordHasher } from "../ports/system/password-hasher.ts";
import type { Timers } from "../ports/system/timers.ts";

/**
 * Passwords and secrets, for all threads of a process: hashing (argon2id) is limited and queued fairly, and failed
 * attempts are counted. Workers call the methods by message, so arguments and results are plain data.
 */
export interface Passwords {
  /** Hashes a new password. Refuses with `busy`. */
  hash(asker: Asker, password: string): Promise<string>;
  /**
   * Whether a password is right; takes the same time whatever is wrong. The attempt is counted before any work is done.
   * Refuses with `rate_exceeded` and `busy`.
   */
  logIn(asker: Asker, attempted: LogIn): Promise<boolean>;
  /**
   * Counts an attempt with a secret that the caller has already compared, which is cheap. The secret must be random:
   * guesses from other addresses are not counted against this one. Refuses with `rate_exceeded` even if the secret is right.
   */
  countSecret(asker: Asker, isRight: boolean): Promise<void>;
}

export interface LogIn {
  readonly password: string;
  /** Null if the user does not exist or has no password: then no password is right. */
  readonly hash: string | null;
  /** The user may not log in: even the right password counts as a failure. */
  readonly isBarred: boolean;
}

/** Two argon2id hashes at a time use both cores of a small machine; each takes about 50 ms and 19 MiB. */
const CONCURRENT = 2;
/** About one second's worth of hashes. */
const WAITING_MAX = 40;
const WAIT_MAX_MS = 2000;

export interface PasswordsNeeds {
  readonly hasher: PasswordHasher;
  readonly attempts: Attempts;
  readonly timers: Timers;
}

export function createPasswords({ hasher, attempts, timers }: PasswordsNeeds): Passwords {
  const slots = createSlots({
    resource: "hashing",
    capacity: CONCURRENT,
    waitingMax: WAITING_MAX,
    waitMaxMs: WAIT_MAX_MS,
    // A hash is short: fair queueing alone is enough.
    leavesRoom: false,
    timers,
  });

  async function runLimited<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    const slot = await slots.enter(asker);
    try {
      return await work();
    } finally {
      slot.leave();
    }
  }

  return {
    hash: (asker, password) => runLimited(asker, () => hasher.hash(password)),
    async logIn(asker, { password, hash, isBarred }) {
      const attempt = await attempts.begin(asker);
      try {
        const isOfHash = await runLimited(asker, () => hasher.verify(password, hash ?? hasher.dummyHash));
        const isRight = isOfHash && hash !== null;
        if (isRight && !isBarred) attempt.succeeded();
        else attempt.failed();
        return isRight;
      } catch (error) {
        attempt.abandoned();
        throw error;
      }
    },
    async countSecret(asker, isRight) {
      const attempt = await attempts.begin(asker, { ownAddressOnly: true });
      if (isRight) attempt.succeeded();
      else attempt.failed();
    },
  };
}
