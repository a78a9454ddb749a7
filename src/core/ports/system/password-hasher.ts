/** Costs much time and memory on purpose. `core/accounts/passwords.ts` limits how many calls run at the same time. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** An empty password takes as long as any other, and is never correct. Rejects for a malformed hash. */
  verify(password: string, hash: string): Promise<boolean>;
  /** The hash of no password. Verifying against it takes as long as against any hash that `hash` returns. */
  readonly dummyHash: string;
}
