import type { PasswordHasher } from "../../src/core/ports/system/password-hasher.ts";
import { quickPasswords } from "./quick-passwords.ts";

/** Quick passwords that take as long as a test needs, and count concurrent work. */
export interface HeldPasswords {
  readonly passwords: PasswordHasher;
  hold(): void;
  release(): void;
  /** Operations running now. */
  readonly concurrent: number;
  /** Maximum number of operations that ran at the same time. */
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
      dummyHash: hasher.dummyHash,
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
