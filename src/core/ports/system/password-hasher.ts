/** Costs much time and memory on purpose, whatever it is asked; how many do at once is for `core/accounts/passwords.ts`. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Takes as long for an empty password, which is never right. Rejects for a hash that cannot be read. */
  verify(password: string, hash: string): Promise<boolean>;
  /** No password has it, and it takes as long to verify as any that `hash` makes. */
  readonly nobodysHash: string;
}
