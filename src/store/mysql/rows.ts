import { identityFrom } from "../../core/identity-settings.ts";
import type { App, AppKey, ConflictRule, Dialect, Registration, User, UserName } from "../../core/model.ts";
import type { Change } from "../../core/ports/change-feed.ts";

/** In the order of APP_COLUMNS. */
export type AppRow = readonly [
  number: number,
  id: string,
  key: string,
  clientId: string,
  clientSecretHash: Uint8Array,
  created: number,
  userBytesMax: number | null,
  appBytesMax: number | null,
  batchMax: number | null,
  ratePerSecond: number | null,
  dialect: string,
  registration: string | null,
  tokenTtlSeconds: number,
  identity: string | null,
  conflicts: string,
  companionCalls: number,
  checkExt: number,
  adminTokensValidAfter: number,
  tokensValidAfter: number,
];

export function appOf(row: AppRow): App {
  return {
    number: row[0],
    id: row[1],
    key: row[2] as AppKey, // as: only valid keys, dialects and registrations are ever inserted
    clientId: row[3],
    clientSecretHash: new Uint8Array(row[4]),
    created: row[5],
    userBytesMax: row[6],
    appBytesMax: row[7],
    batchMax: row[8],
    ratePerSecond: row[9],
    dialect: row[10] as Dialect,
    registration: row[11] as Registration | null,
    tokenTtlSeconds: row[12],
    identity: identityFrom(row[13]),
    conflicts: row[14] as ConflictRule, // as: and nothing but a rule
    companionCalls: row[15] === 1,
    checkExt: row[16] === 1,
    adminTokensValidAfter: row[17],
    tokensValidAfter: row[18],
  };
}

export const USER_COLUMNS = "id, name, password_hash, activated, nickname, created, modified, tokens_valid_after";

/** In the order of USER_COLUMNS. */
export type UserRow = readonly [
  id: string,
  name: string,
  passwordHash: string | null,
  activated: number,
  nickname: string | null,
  created: number,
  modified: number,
  tokensValidAfter: number,
];

/** @param row its first columns are USER_COLUMNS */
export function userOf(row: readonly [...UserRow, ...unknown[]]): User {
  const [id, name, passwordHash, activated, nickname, created, modified, valid] = row;
  return {
    id,
    name: name as UserName, // as: only valid names are ever inserted
    passwordHash,
    activated: activated === 1,
    nickname,
    created,
    modified,
    tokensValidAfter: valid,
  };
}

export type ChangeRow = readonly [position: number, kind: string, userId: string | null];

export function changeOf([, kind, userId]: ChangeRow): Change {
  if (kind === "user" && userId !== null) return { kind, userId };
  return { kind: kind === "keys" ? "keys" : "apps" };
}
