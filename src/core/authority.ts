import type { App, Caller, User, UserName } from "./model.ts";
import { type Authority, NEVER_ENDED } from "./ports/terms.ts";
import { badToken, Refusal } from "./refusals.ts";

/** The caller, and the conditions that must still hold when something is stored for it. */
export interface Authorised {
  readonly caller: Caller;
  readonly authority: Authority;
}

const UNENDING: Authority = { appEndedMax: NEVER_ENDED, adminEndedMax: NEVER_ENDED };

/** The operator: has access to the store, or the operator key. */
export const OPERATOR: Authorised & { readonly caller: Extract<Caller, { kind: "admin" }> } = {
  caller: { kind: "admin" },
  authority: UNENDING,
};

/** A client without a token: all it may do is register, depending on the app's `registration`. */
export const UNAUTHENTICATED: Authorised = { caller: { kind: "nobody" }, authority: UNENDING };

/**
 * The authority of a token.
 * @param appEndedMax the app's latest revocation that the token survives, ms
 * @param ownEndedMax the same for revocations of the admin's or the user's tokens
 */
export function authorityOf(
  caller: Exclude<Caller, { kind: "nobody" }>,
  appEndedMax: number,
  ownEndedMax: number,
): Authority {
  if (caller.kind === "admin") return { appEndedMax, adminEndedMax: ownEndedMax };
  const { id, name } = caller;
  return { appEndedMax, adminEndedMax: NEVER_ENDED, user: { id, name, endedMax: ownEndedMax } };
}

/** Whether the stored app still grants the authority. */
export function allowsApp({ appEndedMax, adminEndedMax, registrations }: Authority, app: AppEnds): boolean {
  if (registrations !== undefined && !registrations.includes(app.registration)) return false;
  return app.tokensValidAfter <= appEndedMax && app.adminTokensValidAfter <= adminEndedMax;
}

/** Whether the stored user still has the authority. @param user undefined = no user has the caller's name */
export function allowsUser({ user: asks }: Authority, user: UserEnds | undefined): boolean {
  if (asks === undefined) return true;
  return user?.id === asks.id && user.activated && user.tokensValidAfter <= asks.endedMax;
}

/** The name of the user that the store must check; undefined if the caller is not a user. */
export function askingUser(authority: Authority | undefined): UserName | undefined {
  return authority?.user?.name;
}

/** Whether a call on this authority is "unauthorised". False if the app is gone: that is reported in another way. */
export function hasEnded(
  authority: Authority | undefined,
  app: AppEnds | undefined,
  userOf: (name: UserName) => UserEnds | undefined,
): boolean {
  if (authority === undefined || app === undefined) return false;
  if (!allowsApp(authority, app)) return true;
  const name = askingUser(authority);
  return name !== undefined && !allowsUser(authority, userOf(name));
}

/** The refusal for "unauthorised" from the store: `registration_closed` or `token_expired`. */
export function endedRefusal({ caller }: Pick<Authorised, "caller">): Refusal {
  if (caller.kind === "nobody") return new Refusal({ code: "registration_closed" });
  return badToken("token_expired", "revoked", "it was revoked while the request was in flight");
}

/** The members of an app that an authority depends on. */
export type AppEnds = Pick<App, "tokensValidAfter" | "adminTokensValidAfter" | "registration">;
/** The members of a user that an authority depends on. */
export type UserEnds = Pick<User, "id" | "activated" | "tokensValidAfter">;
