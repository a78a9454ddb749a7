import { type Authorised, UNAUTHENTICATED } from "../authority.ts";

/** A bearer: since and until when, in ms since 1970; Infinity = for good. */
export interface Authentication extends Authorised {
  readonly issued: number;
  readonly expires: number;
  /** To find the bearer, its user was stored just now. */
  readonly isUserNew?: boolean;
}

/** Who comes without a bearer. */
export const ANONYMOUS: Authentication = { ...UNAUTHENTICATED, issued: 0, expires: 0 };
