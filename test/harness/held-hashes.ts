import type { PasswordHasher } from "../../src/core/ports/system/password-hasher.ts";
import { quickPasswords } from "./quick-passwords.ts";

/** Quick passwords whose hashing can be held, so that a call is certainly in flight. */
export interface HeldHashes {
  readonly passwords: PasswordHasher;
  /**
   * Replaces the previous condition.
   * @param isHeld
   * @param before number of hashes begun since
   */
  hold(isHeld: (password: string, before: number) => boolean): Held;
}

export interface Held {
  /** Number of hashes begun, held or not. */
  begun(): number;
  /** Settles when this many hashes wait. */
  waiting(count: number): Promise<void>;
  release(): void;
}

export function heldHashes(): HeldHashes {
  let pass: (password: string) => Promise<void> = async () => {};
  return {
    passwords: {
      ...quickPasswords,
      async hash(password) {
        await pass(password);
        return await quickPasswords.hash(password);
      },
    },
    hold(isHeld) {
      const gate = Promise.withResolvers<void>();
      let begun = 0;
      let waiting = 0;
      pass = async (password) => {
        begun += 1;
        if (!isHeld(password, begun - 1)) return;
        waiting += 1;
        await gate.promise;
      };
      return {
        begun: () => begun,
        async waiting(count) {
          while (waiting < count) await new Promise(setImmediate);
        },
        release: () => gate.resolve(),
      };
    },
  };
}
