import { identityText } from "./identity-settings.ts";
import type { App, AppSettings, User } from "./model.ts";
import type { AppChange, NewUser, UserChange } from "./ports.ts";
import type { UserTerms } from "./terms.ts";

/** What a change makes of an app or a user: the same on every engine, which only has to store it. */

export function changedApp(
  app: App,
  { endAdminTokens, endTokens, formerIdentity, ...settings }: AppChange,
  now: number,
): App | "incompatible" | "conflict" {
  const { adminTokensValidAfter, tokensValidAfter } = app;
  if (formerIdentity !== undefined && formerIdentity !== identityText(app.identity)) return "conflict";
  if (settingsConflict({ ...app, ...settings }) !== undefined) return "incompatible";
  return {
    ...app,
    ...settings,
    adminTokensValidAfter: endAdminTokens ? endedAt(adminTokensValidAfter, now) : adminTokensValidAfter,
    tokensValidAfter: endTokens ? endedAt(tokensValidAfter, now) : tokensValidAfter,
  };
}

/** Why these settings of an app do not go together, for the operator; undefined when they do. */
export function settingsConflict({
  registration,
  identity,
}: Pick<AppSettings, "registration" | "identity">): string | undefined {
  if (registration !== "open" || (identity.oidc?.userClaimMap ?? "none") === "none") return undefined;
  return "while registration is open a stranger could register the name that --user-claim-map makes, before its user comes";
}

/** @param only see UserTerms */
export function changedUser(
  user: User | undefined,
  { endTokens, ...settings }: UserChange,
  now: number,
  only?: UserTerms["only"],
): User | "conflict" | undefined {
  if (user === undefined || (only !== undefined && only.id !== user.id)) return undefined;
  const { tokensValidAfter } = user;
  if ((only?.tokensValidAfter ?? tokensValidAfter) !== tokensValidAfter) return "conflict";
  const ended = endTokens ? endedAt(tokensValidAfter, now) : tokensValidAfter;
  return { ...user, ...settings, modified: now, tokensValidAfter: ended };
}

/** A new user as the store has it right after its insertion. */
export function insertedUser(draft: NewUser): User {
  return { ...draft, activated: true, modified: draft.created, tokensValidAfter: 0 };
}

/** The time up to which tokens become void; later than ever before, so that no two endings are the same. */
function endedAt(former: number, now: number): number {
  return Math.max(now, former + 1);
}
