/** Questions about a token for other services, and their answers: plain data, because workers ask by message. */

export interface HostedQuestion {
  /** See HostedSettings. */
  readonly url: string;
  /** The user id in the token; not verified yet. */
  readonly userId: string;
  readonly token: string;
}

export interface HostedUser {
  readonly username: string;
  /** When the service was asked, by `monotonicMs`. */
  readonly askedAtMs: number;
}

export interface KeySetQuestion {
  readonly issuer: string;
  /** See OidcSettings. */
  readonly jwks: string | null;
  /** fresh: the keys must be fetched after this call; latest: they may be up to a second old. */
  readonly age: "fresh" | "latest";
  /** A key that a token names and the asker does not know. If the provider has no such key, this is a failed attempt. */
  readonly missing?: KeyName;
}

/** The identification of a key in a token's header. */
export interface KeyName {
  readonly alg: string;
  readonly kid?: string;
}

export interface UnusableKey {
  readonly kid: string | undefined;
  readonly reason: string;
}

export interface KeySetEvents {
  /** An identity provider's keys cannot be fetched: requests with tokens of unknown keys get 503. Called for every try. */
  keysUnavailable(details: { readonly issuer: string; readonly error: unknown }): void;
  /** The keys can be fetched again. */
  keysAvailable(details: { readonly issuer: string }): void;
  /** A key of an identity provider cannot verify anything: its tokens are refused like those of an unknown key. */
  keyUnusable(details: UnusableKey & { readonly issuer: string }): void;
}
