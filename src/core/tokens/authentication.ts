import { type Authorised, UNAUTHENTICATED } from "../authority.ts";

/** An authenticated caller and the lifetime of its token, ms since 1970; `expires` Infinity = permanent. */
export interface Authentication extends Authorised {
  readonly issued: number;
  readonly expires: number;
  /** The user was just created (just-in-time provisioning). */
  readonly isUserNew?: boolean;
}

/** A request without a token. */
export const ANONYMOUS: Authentication = { ...UNAUTHENTICATED, issued: 0, expires: 0 };
