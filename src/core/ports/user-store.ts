import type { User, UserName } from "../model.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Authority, DeletionTerms, UserTerms } from "./terms.ts";

export type NewUser = Pick<User, "id" | "name" | "passwordHash" | "nickname" | "created">;

export interface UserChange {
  readonly passwordHash?: string;
  readonly activated?: boolean;
  /** Void the user's tokens. */
  readonly endTokens?: true;
}

/** A place in the order of creation: after this user. */
export interface UserCursor {
  readonly created: number;
  readonly name: UserName;
}

/** The users of apps. See `Store` for what holds for every call. */
export interface UserStore {
  user(app: number, name: UserName): MaybePromise<User | undefined>;
  /** The same by `User.id`. */
  userById(app: number, id: string): MaybePromise<User | undefined>;
  /** By creation, then name. */
  users(app: number, after: UserCursor | undefined, countMax: number): MaybePromise<readonly User[]>;
  /**
   * One result for each, in order; "taken" also for a name that an earlier one of the same call took, for a name that
   * is the id of another user of the app, and for an id that is the name of another or his id. A new user is activated,
   * without attributes, at version 0, and modified when created. Undefined: no such app.
   */
  insertUsers(
    app: number,
    users: readonly NewUser[],
    authority?: Authority,
  ): Promise<readonly ("inserted" | "taken")[] | "unauthorised" | undefined>;
  /** `endTokens` as for apps. */
  changeUser(
    app: number,
    name: UserName,
    change: UserChange,
    now: number,
    terms?: UserTerms,
  ): Promise<User | "unauthorised" | "conflict" | undefined>;
  /** Removes the users and their attributes; answers those that were there, in the order asked for. */
  deleteUsers(
    app: number,
    names: readonly UserName[],
    now: number,
    terms?: DeletionTerms,
  ): Promise<readonly User[] | "unauthorised">;
}
