import type { PasswordHasher } from "../../src/core/ports/system/password-hasher.ts";
import { quickPasswords } from "./quick-passwords.ts";

/** Quick passwords that can be made to take as long as a test wants, and that tell how many were at work at once. */
export interface HeldPasswords {
  readonly passwords: PasswordHasher;
  hold(): void;
  release(): void;
  /** At work now. */
  readonly concurrent: number;
  /** The most there ever were at once. */
  readonly concurrentMax: number;
}

export function heldPasswords(hasher: PasswordHasher = quickPasswords): HeldPasswords {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  let concurrent = 0;
  let concurrentMax = 0;

  async function counted<T>(work: () => Promise<T>): Promise<T> {
    concurrent += 1;
    concurrentMax = Math.max(concurrentMax, concurrent);
    try {
      await gate.promise;
      return await work();
    } finally {
      concurrent -= 1;
    }
  }

  return {
    passwords: {
      hash: (password) => counted(() => hasher.hash(password)),
      verify: (password, hash) => counted(() => hasher.verify(password, hash)),
      nobodysHash: hasher.nobodysHash,
    },
    hold() {
      gate = Promise.withResolvers();
    },
    release: () => gate.resolve(),
    get concurrent() {
      return concurrent;
    },
    get concurrentMax() {
      return concurrentMax;
    },
  };
}
