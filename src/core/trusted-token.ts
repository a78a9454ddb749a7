import type { Asker } from "./admission/asker.ts";

/** What a token of somebody else's making says, once its signature has been found good. Times in ms since 1970. */
export interface TrustedToken {
  /** An admin's names no user. An id is the UUID of a user here. */
  readonly bearer:
    | { readonly kind: "admin" }
    | { readonly kind: "user"; readonly name: string }
    | { readonly kind: "user"; readonly nameOrId: string };
  readonly issued: number;
  readonly expires: number;
  /** When it must be verified again, whatever it says; left out = not before it ends. */
  readonly verifiedUntil?: number;
}

/** The longest token that any kind has. */
export const TRUSTED_TOKEN_CHARACTERS_MAX = 8192;

/** Verifies one kind of such tokens for one app. */
export interface TokenVerifier {
  /** Whether a text has this kind's form; nothing is verified. */
  takes(text: string): boolean;
  /**
   * Refuses with `token_malformed`, `token_expired` (or not valid yet), `token_unknown` (not from whom it should be,
   * tampered with), `token_of_other_app`, `busy` when it cannot be told at present, or `rate_exceeded`.
   * @param asker who is charged where another service must be asked
   */
  verify(text: string, asker: () => Asker): Promise<TrustedToken>;
}

/** Of a kind for which nobody else is asked. */
export interface OfflineVerifier extends TokenVerifier {
  verify(text: string): Promise<TrustedToken>;
}
