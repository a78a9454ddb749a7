import { identityText } from "../core/identity-settings.ts";
import type { App } from "../core/model.ts";

/** The columns of `apps`, the same on every engine. */
export const APP_COLUMNS =
  "number, id, app_key, client_id, client_secret_hash, created, user_bytes_max, app_bytes_max, batch_max, " +
  "rate_per_second, dialect, registration, token_ttl_seconds, identity, conflicts, companion_calls, check_ext, " +
  "admin_tokens_valid_after, tokens_valid_after";

/** The SET list that replaces a whole row; the WHERE clause takes the number once more. */
export const SET_APP_COLUMNS = APP_COLUMNS.split(", ")
  .map((column) => `${column} = ?`)
  .join(", ");

export const APP_PLACEHOLDERS = APP_COLUMNS.replaceAll(/\w+/g, "?");

type AppValue = string | number | null | Uint8Array;

/** In the order of APP_COLUMNS. @param app its number is null where the engine assigns it */
export function appValues(app: Omit<App, "number"> & { readonly number: number | null }): readonly AppValue[] {
  return [
    app.number,
    app.id,
    app.key,
    app.clientId,
    app.clientSecretHash,
    app.created,
    app.userBytesMax,
    app.appBytesMax,
    app.batchMax,
    app.ratePerSecond,
    app.dialect,
    app.registration,
    app.tokenTtlSeconds,
    identityText(app.identity),
    app.conflicts,
    Number(app.companionCalls),
    Number(app.checkExt),
    app.adminTokensValidAfter,
    app.tokensValidAfter,
  ];
}
