import type { Registration, UserName } from "./model.ts";

/**
 * On whose authority something is stored. The store judges it in the transaction that stores, so that nothing is stored
 * for whoever has lost it by then, and answers "unauthorised". Times in ms, as apps and users have them: see tokens.ts.
 */
export interface Authority {
  /** The latest `tokensValidAfter` that the app may have. */
  readonly appEndedMax: number;
  /** The same of `adminTokensValidAfter`; `NEVER_ENDED` unless an admin asks. */
  readonly adminEndedMax: number;
  /** The user who asks must be there under this id, activated, and have no later `tokensValidAfter`. */
  readonly user?: { readonly id: string; readonly name: UserName; readonly endedMax: number } | undefined;
  /** The settings of which the app must have one, where registration must be open; null = the server's own. */
  readonly registrations?: readonly (Registration | null)[] | undefined;
}

/** Later than any time at which tokens were ended. */
export const NEVER_ENDED: number = Number.MAX_SAFE_INTEGER;

/** On whose behalf a write waits where an engine makes it wait, and for how long at most. */
export interface WriteTerms {
  /** As `account` of admission/asker.ts writes it. */
  readonly account: string;
  /** An engine may have a shorter one of its own; ms. */
  readonly waitMaxMs: number;
  /** Left out: the operator's, which does not end. */
  readonly authority?: Authority | undefined;
}

/** What else must be so when a user is changed. */
export interface UserTerms {
  readonly authority?: Authority | undefined;
  /** The user who was looked at: under another id there is "no such user", at another time the change is "conflict". */
  readonly only?: { readonly id: string; readonly tokensValidAfter?: number } | undefined;
}

/** What else must be so when users are deleted. */
export interface DeletionTerms {
  readonly authority?: Authority | undefined;
  /** Of the users named, in their order: one who has another id by now is left out. */
  readonly ids?: readonly string[] | undefined;
}
