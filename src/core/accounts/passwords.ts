import type { Asker } from "../admission/asker.ts";
import type { Attempts } from "../admission/attempts.ts";
import { createSlots } from "../admission/slots.ts";
import type { PasswordHasher, Timers } from "../ports.ts";

/**
 * Passwords and secrets, as all threads of a process share them: hashing is bounded and goes round fairly among those
 * who ask, and attempts are counted. Its methods take and give plain data, for workers ask for them by message.
 */
export interface Passwords {
  /** Of a new password. Refuses with `busy`. */
  hash(asker: Asker, password: string): Promise<string>;
  /**
   * Whether a password is right; it takes the same time whatever is wrong. It is an attempt, counted before anything
   * is done for it. Refuses with `rate_exceeded` and `busy`.
   */
  logIn(asker: Asker, attempted: LogIn): Promise<boolean>;
  /**
   * An attempt with a secret that has been compared already, for that costs nothing. It must be random: many addresses
   * that guess at it slow nobody. Refuses with `rate_exceeded`, whether the secret is right or not.
   */
  countSecret(asker: Asker, isRight: boolean): Promise<void>;
}

export interface LogIn {
  readonly password: string;
  /** Null where there is no user, or one without a password: then none is right. */
  readonly hash: string | null;
  /** The right password lets nobody in: the attempt is a failure all the same. */
  readonly isBarred: boolean;
}

/** Argon2id takes both cores of a small machine at two a time, about 50 ms and 19 MiB each. */
const CONCURRENT = 2;
/** About a second's worth. */
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
    // A hash is soon over: the turns alone are fair.
    leavesRoom: false,
    timers,
  });

  async function runLimited<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    const place = await slots.enter(asker);
    try {
      return await work();
    } finally {
      place.leave();
    }
  }

  return {
    hash: (asker, password) => runLimited(asker, () => hasher.hash(password)),
    async logIn(asker, { password, hash, isBarred }) {
      const attempt = await attempts.begin(asker);
      try {
        const isOfHash = await runLimited(asker, () => hasher.verify(password, hash ?? hasher.nobodysHash));
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
