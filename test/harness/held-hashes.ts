import type { PasswordHasher } from "../../src/core/ports/system/password-hasher.ts";
import { quickPasswords } from "./quick-passwords.ts";

/** Quick passwords, of which some are not hashed before they are let go: so long a call is under way for certain. */
export interface HeldHashes {
  readonly passwords: PasswordHasher;
  /**
   * From now on, in place of what was held before.
   * @param isHeld @param before how many have been begun since
   */
  hold(isHeld: (password: string, before: number) => boolean): Held;
}

export interface Held {
  /** How many hashes have been begun, held or not. */
  begun(): number;
  /** Settles when so many wait. */
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
