import { type AppEnds, askingUser, hasEnded, type UserEnds } from "../../../core/authority.ts";
import type { Registration, UserName } from "../../../core/model.ts";
import type { Authority } from "../../../core/ports/terms.ts";
import { type Answer, rowsOf, type Statement } from "../connection/session.ts";
import { SHARED } from "./shared-locks.ts";

/**
 * The rows that a transaction reads to check the caller's authority. They stay locked until it ends: a revocation
 * committed before is seen, and a later one waits (docs/decisions/0026).
 */

export const APP_ENDS = "registration, tokens_valid_after, admin_tokens_valid_after";

/** In the order of APP_ENDS. */
export type AppEndsRow = readonly [registration: string | null, ended: number, adminEnded: number];

export function appEndsOf([registration, ended, adminEnded]: AppEndsRow): AppEnds {
  return {
    registration: registration as Registration | null, // as: only valid ones are ever inserted
    tokensValidAfter: ended,
    adminTokensValidAfter: adminEnded,
  };
}

export const USER_ENDS = "id, activated, tokens_valid_after";

/** In the order of USER_ENDS. */
export type UserEndsRow = readonly [id: string, activated: number, ended: number];

/** @param row its first columns are USER_ENDS */
export function userEndsOf(row: readonly [...UserEndsRow, ...unknown[]]): UserEnds {
  const [id, activated, ended] = row;
  return { id, activated: activated === 1, tokensValidAfter: ended };
}

/**
 * The statements for a transaction about users of one app. They also keep the app from being deleted.
 * @param targets users whose rows the transaction locks anyway
 */
export function authorityRows(
  app: number,
  authority: Authority | undefined,
  targets: readonly UserName[],
): readonly Statement[] {
  const appRow = { sql: `SELECT ${APP_ENDS} FROM apps WHERE number = ? ${SHARED}`, values: [app] };
  const asker = askingUser(authority);
  if (asker === undefined || targets.includes(asker)) return [appRow];
  // An exclusive lock: with shared ones, a user's many calls could starve the call that revokes their authority.
  const sql = `SELECT ${USER_ENDS} FROM users WHERE app = ? AND name = ? FOR UPDATE NOWAIT`;
  return [appRow, { sql, values: [app, asker] }];
}

/**
 * Judges the answers to `authorityRows`; undefined: allowed.
 * @param target finds, by name, a row that the transaction locked anyway
 */
export function refusedBy(
  authority: Authority | undefined,
  [app, asker]: readonly Answer[],
  target: (name: UserName) => UserEnds | undefined,
): "app_unknown" | "unauthorised" | undefined {
  const [appRow] = rowsOf<AppEndsRow>(app);
  if (appRow === undefined) return "app_unknown";
  const [askerRow] = rowsOf<UserEndsRow>(asker);
  const userOf = (name: UserName): UserEnds | undefined =>
    askerRow === undefined ? target(name) : userEndsOf(askerRow);
  return hasEnded(authority, appEndsOf(appRow), userOf) ? "unauthorised" : undefined;
}
