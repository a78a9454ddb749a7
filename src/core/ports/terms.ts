import type { Registration, UserName } from "../model.ts";

/**
 * The authority on which a call stores something. The store checks it in the transaction of the write and returns
 * "unauthorised" if it has been revoked by then. Times are in ms, as those of apps and users: see tokens.ts.
 */
export interface Authority {
  /** The app's `tokensValidAfter` may not be later. */
  readonly appEndedMax: number;
  /** The app's `adminTokensValidAfter` may not be later; `NEVER_ENDED` unless the caller is an admin. */
  readonly adminEndedMax: number;
  /** The calling user must exist with this id, be activated, and have no later `tokensValidAfter`. */
  readonly user?: { readonly id: string; readonly name: UserName; readonly endedMax: number } | undefined;
  /** For registrations: the app's `registration` must be one of these; null = the server's own setting. */
  readonly registrations?: readonly (Registration | null)[] | undefined;
}

/** Later than any revocation. */
export const NEVER_ENDED: number = Number.MAX_SAFE_INTEGER;

/** How an engine queues a write, and on whose authority it runs. */
export interface WriteTerms {
  /** The account to queue under, from `account` of admission/asker.ts. */
  readonly account: string;
  /** Maximum wait, ms. An engine may have a shorter one of its own. */
  readonly waitMaxMs: number;
  /** Left out: the operator's authority, which cannot be revoked. */
  readonly authority?: Authority | undefined;
}

/** Further conditions for the change of a user. */
export interface UserTerms {
  readonly authority?: Authority | undefined;
  /** The user that was read: with another id the result is "no such user", with another `tokensValidAfter` "conflict". */
  readonly only?: { readonly id: string; readonly tokensValidAfter?: number } | undefined;
}

/** Further conditions for the deletion of users. */
export interface DeletionTerms {
  readonly authority?: Authority | undefined;
  /** The ids of the named users, in the same order. A user that has another id by now is skipped. */
  readonly ids?: readonly string[] | undefined;
}
