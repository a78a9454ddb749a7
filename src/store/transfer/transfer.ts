/**
 * The port for copying a whole store: what an engine offers as source and as target. copy-store.ts does the copying; it
 * knows no engine, and the engines do not know each other.
 */
import type { App } from "../../core/model.ts";

/** A user's whole row, without its app. */
export interface TransferUser {
  readonly name: string;
  readonly id: string;
  /** 0 or 1. */
  readonly activated: number;
  readonly created: number;
  readonly modified: number;
  readonly tokensValidAfter: number;
  readonly bytes: number;
  readonly version: number;
  readonly attributesModified: number;
  readonly passwordHash: string | null;
  readonly nickname: string | null;
  /** The JSON text, exactly as stored. */
  readonly attributes: string;
}

/** Every field of a user, in the order in which engines select and insert them. */
export const USER_FIELDS = [
  "name",
  "id",
  "activated",
  "created",
  "modified",
  "tokensValidAfter",
  "bytes",
  "version",
  "attributesModified",
  "passwordHash",
  "nickname",
  "attributes",
] as const satisfies readonly (keyof TransferUser)[];

export interface TransferKey {
  readonly id: number;
  readonly secret: Uint8Array;
  readonly created: number;
}

/** The last numbers assigned: no number up to these may ever be assigned again. */
export interface LastNumbers {
  readonly apps: number;
  readonly keys: number;
  readonly changes: number;
}

/** A whole store without its users. */
export interface StoreGlobals {
  /** By number. */
  readonly apps: readonly App[];
  /** By id. */
  readonly keys: readonly TransferKey[];
  readonly lastNumbers: LastNumbers;
}

export interface TransferReader extends AsyncDisposable {
  /** The store's name in messages to the operator; contains no password. */
  readonly location: string;
  globals(): Promise<StoreGlobals>;
  userCount(app: number): Promise<number>;
  /**
   * The app's users after this name, in the order of their names' bytes; an empty list is the end. A page has at most
   * `PAGE_USERS_MAX` users, and ends after the user that reaches `PAGE_BYTES_MAX`.
   */
  users(app: number, after: string): Promise<readonly TransferUser[]>;
}

/** A store that no other process changes while it is open. */
export interface TransferSource extends TransferReader {
  /** Rejects with `in_use` if a server has served the store since it was opened. */
  checkAtRest(): Promise<void>;
}

/**
 * A store without apps that no other process changes while it is open. Reads return what is stored, not what was put.
 */
export interface TransferTarget extends TransferReader {
  /** Removes leftovers of an interrupted copy or of deleted apps. False: there were none. */
  clear(): Promise<boolean>;
  /** Adds users of one app. Their names come after those of all earlier calls. */
  putUsers(app: number, users: readonly TransferUser[]): Promise<void>;
  /**
   * Adds the rest in one transaction, so that a server finds either the whole store or no app. Rejects with `in_use` if
   * a server has served the store since it was opened.
   * @param usage Σ bytes by app
   */
  putGlobals(globals: StoreGlobals, usage: ReadonlyMap<number, number>): Promise<void>;
  /** Σ bytes over the app's users, as a server calculates it. */
  usage(app: number): Promise<number>;
}

export const PAGE_USERS_MAX = 4000;
export const PAGE_BYTES_MAX = 4_194_304;
/** Estimated size of a row without the attributes' keys and values. */
const ROW_BYTES = 512;

/**
 * How many of the next users make a page; at least one, if there is one.
 * @param sizes their `bytes`
 */
export function pageLength(sizes: readonly number[]): number {
  let total = 0;
  const end = sizes.findIndex((bytes) => {
    total += bytes + ROW_BYTES;
    return total >= PAGE_BYTES_MAX;
  });
  return end === -1 ? sizes.length : end + 1;
}
