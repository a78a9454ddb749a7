import type { MaybePromise } from "./maybe-promise.ts";

export interface SigningKey {
  /** Grows with every key. The newest key signs. Fits 32 bits. */
  readonly id: number;
  readonly secret: Uint8Array;
}

/** The keys that sign the tokens of all apps. `Store` has the promises for every call. */
export interface KeyStore {
  signingKeys(): MaybePromise<readonly SigningKey[]>;
  addSigningKey(secret: Uint8Array, now: number): Promise<SigningKey>;
}
