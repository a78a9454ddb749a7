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

/** Verifies one kind of such tokens for one app. */
export interface TokenVerifier {
  /** Whether a text has this kind's form; nothing is verified. */
  takes(text: string): boolean;
  /**
   * Refuses with `token_malformed`, `token_expired` (or not valid yet), `token_unknown` (not from whom it should be,
   * tampered with), `token_of_other_app`, or `busy` when it cannot be told at present.
   */
  verify(text: string): Promise<TrustedToken>;
}
