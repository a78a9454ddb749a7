import { identityFrom } from "../../core/identity-settings.ts";
import type { App, AppKey, ConflictRule, Dialect, Registration, User, UserName } from "../../core/model.ts";
import type { Change } from "../../core/ports/change-feed.ts";

export interface AppRow {
  readonly number: number;
  readonly id: string;
  readonly app_key: string;
  readonly client_id: string;
  readonly client_secret_hash: Uint8Array;
  readonly created: number;
  readonly user_bytes_max: number | null;
  readonly app_bytes_max: number | null;
  readonly batch_max: number | null;
  readonly rate_per_second: number | null;
  readonly dialect: string;
  readonly registration: string | null;
  readonly token_ttl_seconds: number;
  readonly identity: string | null;
  readonly conflicts: string;
  readonly companion_calls: number;
  readonly check_ext: number;
  readonly admin_tokens_valid_after: number;
  readonly tokens_valid_after: number;
}

export function appOf(row: AppRow): App {
  return {
    number: row.number,
    id: row.id,
    key: row.app_key as AppKey, // as: only valid keys, dialects and registrations are ever inserted
    clientId: row.client_id,
    clientSecretHash: row.client_secret_hash,
    created: row.created,
    userBytesMax: row.user_bytes_max,
    appBytesMax: row.app_bytes_max,
    batchMax: row.batch_max,
    ratePerSecond: row.rate_per_second,
    dialect: row.dialect as Dialect,
    registration: row.registration as Registration | null,
    tokenTtlSeconds: row.token_ttl_seconds,
    identity: identityFrom(row.identity),
    conflicts: row.conflicts as ConflictRule, // as: and nothing but a rule
    companionCalls: row.companion_calls === 1,
    checkExt: row.check_ext === 1,
    adminTokensValidAfter: row.admin_tokens_valid_after,
    tokensValidAfter: row.tokens_valid_after,
  };
}

export const USER_COLUMNS = "id, name, password_hash, activated, nickname, created, modified, tokens_valid_after";

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly password_hash: string | null;
  readonly activated: number;
  readonly nickname: string | null;
  readonly created: number;
  readonly modified: number;
  readonly tokens_valid_after: number;
}

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    name: row.name as UserName, // as: only valid names are ever inserted
    passwordHash: row.password_hash,
    activated: row.activated === 1,
    nickname: row.nickname,
    created: row.created,
    modified: row.modified,
    tokensValidAfter: row.tokens_valid_after,
  };
}

export interface ChangeRow {
  readonly position: number;
  readonly kind: string;
  readonly user_id: string | null;
}

export function changeOf({ kind, user_id: userId }: ChangeRow): Change {
  if (kind === "user" && userId !== null) return { kind, userId };
  return { kind: kind === "keys" ? "keys" : "apps" };
}
