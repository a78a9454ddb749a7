import type { JSONWebKeySet } from "jose";
import type { Asker } from "../core/admission/asker.ts";
import type { Attempts } from "../core/admission/attempts.ts";
import type { Clock, Digest, Timers } from "../core/ports.ts";
import { createHostedUsers } from "./hosted-users.ts";
import { createKeySets } from "./key-sets.ts";

/**
 * What only other services can tell about a token. There is one of it in a process, so that all threads together ask no
 * more than is allowed; its methods take and give plain data, for workers ask it by message.
 *
 * Both refuse with `busy` what cannot be told in time, and with `rate_exceeded` an address whose tokens came to nothing
 * too often.
 */
export interface OutsideCalls {
  /** By the hosted service's word; undefined: the token is nobody's. */
  hostedUser(asker: Asker, question: HostedQuestion): Promise<HostedUser | undefined>;
  /** The public keys of an identity provider. */
  keySet(asker: Asker, question: KeySetQuestion): Promise<JSONWebKeySet>;
}

export interface HostedQuestion {
  /** See HostedSettings. */
  readonly url: string;
  /** Whose the token says it is. */
  readonly userId: string;
  readonly token: string;
}

export interface HostedUser {
  readonly username: string;
  /** When the service was asked, ms since 1970. */
  readonly askedAtMs: number;
}

export interface KeySetQuestion {
  readonly issuer: string;
  /** See OidcSettings. */
  readonly jwks: string | null;
  /** fresh: the keys are asked for after this question; latest: a second before it will do. */
  readonly age: "fresh" | "latest";
  /** The key that a token names and the asker does not know: a failed attempt where the provider does not either. */
  readonly missing?: KeyName;
}

/** Of a token's header. */
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
  /** An identity provider's keys cannot be had: tokens of keys that are not known yet are answered 503. Told of every try. */
  keysUnavailable(details: { readonly issuer: string; readonly error: unknown }): void;
  /** They can be had again. */
  keysAvailable(details: { readonly issuer: string }): void;
  /** A key of an identity provider can verify nothing: its tokens are refused like those of an unknown one. */
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
