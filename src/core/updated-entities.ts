import { identityText } from "./identity-settings.ts";
import type { App, AppSettings, User } from "./model.ts";
import type { AppChange } from "./ports/app-store.ts";
import type { UserTerms } from "./ports/terms.ts";
import type { NewUser, UserChange } from "./ports/user-store.ts";

/** Computes changed apps and users, the same for every engine: an engine only stores the result. */

/** "incompatible" and "conflict": see `Store.changeApp`. */
export function changedApp(
  app: App,
  { revokeAdminTokens, revokeTokens, formerIdentity, ...settings }: AppChange,
  now: number,
): App | "incompatible" | "conflict" {
  const { adminTokensValidAfter, tokensValidAfter } = app;
  if (formerIdentity !== undefined && formerIdentity !== identityText(app.identity)) return "conflict";
  if (settingsConflict({ ...app, ...settings }) !== undefined) return "incompatible";
  return {
    ...app,
    ...settings,
    adminTokensValidAfter: revokeAdminTokens ? endedAt(adminTokensValidAfter, now) : adminTokensValidAfter,
    tokensValidAfter: revokeTokens ? endedAt(tokensValidAfter, now) : tokensValidAfter,
  };
}

/** Why these settings of an app are incompatible, for the operator; undefined: they are not. */
export function settingsConflict({
  registration,
  identity,
}: Pick<AppSettings, "registration" | "identity">): string | undefined {
  if (registration !== "open" || (identity.oidc?.userClaimMap ?? "none") === "none") return undefined;
  return "while registration is open, any client could register the name that --user-claim-map derives before its user first logs in";
}

/** @param only see UserTerms */
export function changedUser(
  user: User | undefined,
  { revokeTokens, ...settings }: UserChange,
  now: number,
  only?: UserTerms["only"],
): User | "conflict" | undefined {
  if (user === undefined || (only !== undefined && only.id !== user.id)) return undefined;
  const { tokensValidAfter } = user;
  if ((only?.tokensValidAfter ?? tokensValidAfter) !== tokensValidAfter) return "conflict";
  const ended = revokeTokens ? endedAt(tokensValidAfter, now) : tokensValidAfter;
  return { ...user, ...settings, modified: now, tokensValidAfter: ended };
}

/** A new user as stored by its insertion. */
export function insertedUser(draft: NewUser): User {
  return { ...draft, activated: true, modified: draft.created, tokensValidAfter: 0 };
}

/** The time of a revocation, ms; strictly increasing, so that no two revocations have the same time. */
function endedAt(former: number, now: number): number {
  return Math.max(now, former + 1);
}
