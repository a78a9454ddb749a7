import type { App, Caller, User, UserName } from "./model.ts";
import { badToken, Refusal } from "./refusals.ts";
import { type Authority, NEVER_ENDED } from "./terms.ts";

/** Who asks, and what must still be so when something is stored for them. */
export interface Authorised {
  readonly caller: Caller;
  readonly authority: Authority;
}

const UNENDING: Authority = { appEndedMax: NEVER_ENDED, adminEndedMax: NEVER_ENDED };

/** Whoever has the store, or the operator key. */
export const OPERATOR: Authorised & { readonly caller: Extract<Caller, { kind: "admin" }> } = {
  caller: { kind: "admin" },
  authority: UNENDING,
};

/** Who comes without a bearer: what a stranger may do hangs on the app's registration alone. */
export const UNAUTHENTICATED: Authorised = { caller: { kind: "nobody" }, authority: UNENDING };

/**
 * Of a token.
 * @param appEndedMax when the app's tokens were last ended, as far as the token allows
 * @param ownEndedMax the same of the admins' or the user's tokens
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

/** Whether the app, as the store has it, leaves it to who asks. */
export function allowsApp({ appEndedMax, adminEndedMax, registrations }: Authority, app: AppEnds): boolean {
  if (registrations !== undefined && !registrations.includes(app.registration)) return false;
  return app.tokensValidAfter <= appEndedMax && app.adminTokensValidAfter <= adminEndedMax;
}

/** Whether the user who asks, as the store has him, still may; @param user undefined = there is no user of his name */
export function allowsUser({ user: asks }: Authority, user: UserEnds | undefined): boolean {
  if (asks === undefined) return true;
  return user?.id === asks.id && user.activated && user.tokensValidAfter <= asks.endedMax;
}

/** The name of the user whom the store must look at; undefined when nobody of the app's users asks. */
export function askingUser(authority: Authority | undefined): UserName | undefined {
  return authority?.user?.name;
}

/** Whether what is asked of an app on this authority is "unauthorised"; of an app that is gone nothing ever is. */
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

/** What is answered where the store says "unauthorised". */
export function endedRefusal({ caller }: Pick<Authorised, "caller">): Refusal {
  if (caller.kind === "nobody") return new Refusal({ code: "registration_closed" });
  return badToken("token_expired", "revoked", "it was ended while the request was under way");
}

/** What of an app an authority hangs on. */
export type AppEnds = Pick<App, "tokensValidAfter" | "adminTokensValidAfter" | "registration">;
/** The same of a user. */
export type UserEnds = Pick<User, "id" | "activated" | "tokensValidAfter">;
