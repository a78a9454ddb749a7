import type { JSONWebKeySet } from "jose";
import type { Asker } from "../core/admission/asker.ts";
import type { Attempts } from "../core/admission/attempts.ts";
import type { Clock, Digest, Timers } from "../core/ports.ts";
import { createHostedUsers } from "./hosted-users.ts";
import { createKeySets } from "./key-sets.ts";

/**
 * Calls to other services that tokens need. A process has one instance, so that its limits hold for all threads; workers
 * call it by message, so arguments and results are plain data.
 *
 * Both methods refuse with `busy` if there is no answer in time, and with `rate_exceeded` an address with too many failed
 * tokens.
 */
export interface OutsideCalls {
  /** The token's user according to the hosted service; undefined: it rejects the token. */
  hostedUser(asker: Asker, question: HostedQuestion): Promise<HostedUser | undefined>;
  /** The public keys of an identity provider. */
  keySet(asker: Asker, question: KeySetQuestion): Promise<JSONWebKeySet>;
}

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

export interface OutsideCallsNeeds {
  readonly attempts: Attempts;
  readonly clock: Pick<Clock, "monotonicNs">;
  readonly timers: Timers;
  readonly digest: Pick<Digest, "sha256Base64">;
  readonly events: KeySetEvents;
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

export function createOutsideCalls({ attempts, clock, timers, digest, events }: OutsideCallsNeeds): OutsideCalls {
  const hostedUsers = createHostedUsers({ attempts, clock, timers, digest });
  const keySets = createKeySets({ attempts, timers, events });
  return {
    hostedUser: (asker, question) => hostedUsers.find(asker, question),
    keySet: (asker, question) => keySets.find(asker, question),
  };
}
