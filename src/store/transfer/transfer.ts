/**
 * How a whole store moves to another engine: what an engine must be able to do as the source and as the target.
 * `copy-store.ts` is the way from one to the other; it knows no engine, and the engines do not know each other.
 */
import type { App } from "../../core/model.ts";

/** A user's row, with nothing left out but its app. */
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

/** The last numbers given: none of them, and none before, may ever be given again. */
export interface LastNumbers {
  readonly apps: number;
  readonly keys: number;
  readonly changes: number;
}

/** All of a store but its users. */
export interface StoreGlobals {
  /** By number. */
  readonly apps: readonly App[];
  /** By id. */
  readonly keys: readonly TransferKey[];
  readonly lastNumbers: LastNumbers;
}

export interface TransferReader extends AsyncDisposable {
  /** What the operator knows the store by; holds no password. */
  readonly location: string;
  globals(): Promise<StoreGlobals>;
  userCount(app: number): Promise<number>;
  /**
   * The app's users after this name, in the order of their names, which is that of their bytes; none = the end.
   * At most `PAGE_USERS_MAX` of them, and no more after those that hold `PAGE_BYTES_MAX`.
   */
  users(app: number, after: string): Promise<readonly TransferUser[]>;
}

/** A store that nobody else changes while it is open. */
export interface TransferSource extends TransferReader {
  /** Rejects with `in_use` when a server has begun to serve the store since it was opened. */
  checkAtRest(): Promise<void>;
}

/** A store without apps that nobody else changes while it is open. Reading it reads what is stored, not what was put. */
export interface TransferTarget extends TransferReader {
  /** Removes what a copy that was interrupted, or an app that was deleted, has left. False: there was nothing. */
  clear(): Promise<boolean>;
  /** Adds users of one app that come after all those that were put before. */
  putUsers(app: number, users: readonly TransferUser[]): Promise<void>;
  /**
   * Adds the rest in one transaction, so that a server finds all of the store or no app. Rejects with `in_use` when a
   * server has begun to serve the store since it was opened.
   * @param usage Σ bytes by app
   */
  putGlobals(globals: StoreGlobals, usage: ReadonlyMap<number, number>): Promise<void>;
  /** Σ bytes over the app's users, as a server will reckon it. */
  usage(app: number): Promise<number>;
}

export const PAGE_USERS_MAX = 4000;
export const PAGE_BYTES_MAX = 4_194_304;
/** What a row takes beside the attributes' keys and values. */
const ROW_BYTES = 512;

/**
 * How many of these users, the next ones, make a page; at least one, where there is one.
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
