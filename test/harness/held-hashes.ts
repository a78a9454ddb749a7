import type { PasswordHasher } from "../../src/core/ports.ts";
import { quickPasswords } from "./quick-passwords.ts";

/** Quick passwords, of which some are not hashed before they are let go: so long a call is under way for certain. */
export interface HeldHashes {
  readonly passwords: PasswordHasher;
  /** How many were begun, of all. */
  readonly begun: number;
  /** Settles when so many wait. */
  waiting(count: number): Promise<void>;
  release(): void;
}

/** @param isHeld @param before how many were begun before this one */
export function holdHashes(isHeld: (password: string, before: number) => boolean): HeldHashes {
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  let waiting = 0;
  return {
    passwords: {
      ...quickPasswords,
      async hash(password) {
        begun += 1;
        if (isHeld(password, begun - 1)) {
          waiting += 1;
          await gate.promise;
        }
        return await quickPasswords.hash(password);
      },
    },
    get begun() {
      return begun;
    },
    async waiting(count) {
      while (waiting < count) await new Promise(setImmediate);
    },
    release: () => gate.resolve(),
  };
}
