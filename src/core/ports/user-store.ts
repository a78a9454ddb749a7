import type { User, UserName } from "../model.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Authority, DeletionTerms, UserTerms } from "./terms.ts";

export type NewUser = Pick<User, "id" | "name" | "passwordHash" | "nickname" | "created">;

export interface UserChange {
  readonly passwordHash?: string;
  readonly activated?: boolean;
  /** Revoke the user's tokens. */
  readonly revokeTokens?: true;
}

/** A position in the order of creation: after this user. */
export interface UserCursor {
  readonly created: number;
  readonly name: UserName;
}

/** The users of apps. `Store` has the promises for every call. */
export interface UserStore {
  user(app: number, name: UserName): MaybePromise<User | undefined>;
  /** As `user`, by `User.id`. */
  userById(app: number, id: string): MaybePromise<User | undefined>;
  /** Ordered by creation, then by name. */
  users(app: number, after: UserCursor | undefined, countMax: number): MaybePromise<readonly User[]>;
  /**
   * Returns one result for each user, in order. A user is "taken" if the name or the id equals the name or the id of
   * another user of the app, those inserted earlier by the same call included. A new user is activated, has no
   * attributes, has version 0, and counts as modified when created. Undefined: no such app.
   */
  insertUsers(
    app: number,
    users: readonly NewUser[],
    authority?: Authority,
  ): Promise<readonly ("inserted" | "taken")[] | "unauthorised" | undefined>;
  /** `revokeTokens` works as `AppChange` says of apps. Undefined: no such user. */
  changeUser(
    app: number,
    name: UserName,
    change: UserChange,
    now: number,
    terms?: UserTerms,
  ): Promise<User | "unauthorised" | "conflict" | undefined>;
  /** Removes the users and their attributes. Returns those that existed, in the order of `names`. */
  deleteUsers(
    app: number,
    names: readonly UserName[],
    now: number,
    terms?: DeletionTerms,
  ): Promise<readonly User[] | "unauthorised">;
}
