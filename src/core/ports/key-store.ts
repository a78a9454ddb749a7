import type { MaybePromise } from "./maybe-promise.ts";

export interface SigningKey {
  /** Grows with every key; the newest signs. Fits 32 bits. */
  readonly id: number;
  readonly secret: Uint8Array;
}

/** The keys that sign tokens, for all apps. See `Store` for what holds for every call. */
export interface KeyStore {
  signingKeys(): MaybePromise<readonly SigningKey[]>;
  addSigningKey(secret: Uint8Array, now: number): Promise<SigningKey>;
}
