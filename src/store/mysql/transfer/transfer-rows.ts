import { StoreError } from "../../store-error.ts";
import type { TransferKey, TransferUser } from "../../transfer/transfer.ts";

/** In the order of USER_FIELDS. */
export const TRANSFER_COLUMNS =
  "name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified, password_hash, " +
  "nickname, attributes";

export type TransferRow = readonly [
  name: string,
  id: string,
  activated: unknown,
  created: unknown,
  modified: unknown,
  tokensValidAfter: unknown,
  bytes: unknown,
  version: unknown,
  attributesModified: unknown,
  passwordHash: string | null,
  nickname: string | null,
  attributes: string,
];

export function transferUserOf(row: TransferRow): TransferUser {
  return {
    name: row[0],
    id: row[1],
    activated: exact(row[2]),
    created: exact(row[3]),
    modified: exact(row[4]),
    tokensValidAfter: exact(row[5]),
    bytes: exact(row[6]),
    version: exact(row[7]),
    attributesModified: exact(row[8]),
    passwordHash: row[9],
    nickname: row[10],
    attributes: row[11],
  };
}

export type KeyRow = readonly [id: number, secret: Uint8Array, created: unknown];

export function keyOf([id, secret, created]: KeyRow): TransferKey {
  // A plain copy, as every engine returns it.
  return { id, secret: new Uint8Array(secret), created: exact(created) };
}

/** The driver returns sums, and integers that a number cannot hold exactly, as text. */
export function exact(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  throw new StoreError(
    "corrupt",
    "the database holds a value that is not a whole number below 2^53 where a number belongs",
  );
}
