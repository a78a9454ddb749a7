import type { Passwords } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";

interface PasswordsOptions {
  /** Hashes worked on at once, each about 50 ms of one core and 19 MiB. */
  readonly concurrent: number;
  /** How many may wait for their turn; who comes after them is refused with `busy`. */
  readonly waitingMax: number;
}

/** OWASP's second choice of argon2id parameters; Bun always uses one lane. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

const RETRY_AFTER_MS = 1000;

/** Bun hashes on threads of its own; the queue keeps them from taking every core and the memory with it. */
export function createPasswords({ concurrent, waitingMax }: PasswordsOptions): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < concurrent) running += 1;
    else if (waiting.length < waitingMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new Refusal({ code: "busy", retryAfterMs: RETRY_AFTER_MS });
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who has just come slips in before those who wait.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(() => Bun.password.hash(password, ARGON2ID)),
    async verify(password, hash) {
      // A hash that cannot be read is a fault; Bun throws at all of them but this one.
      if (hash === "") throw new Error("a password hash is empty");
      return password !== "" && (await inTurn(() => Bun.password.verify(password, hash)));
    },
  };
}
