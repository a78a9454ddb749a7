import { permit } from "../access.ts";
import { type Asker, account, accountOf } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { type Authorised, endedRefusal, OPERATOR } from "../authority.ts";
import { REGISTER_BATCH_MAX } from "../limits.ts";
import type { App, Caller, User, UserName } from "../model.ts";
import type { AppStore } from "../ports/app-store.ts";
import type { MaybePromise } from "../ports/maybe-promise.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Random } from "../ports/system/random.ts";
import type { UserTerms } from "../ports/terms.ts";
import type { NewUser, UserChange, UserCursor, UserStore } from "../ports/user-store.ts";
import { Refusal, type Refused } from "../refusals.ts";
import { insertedUser } from "../updated-entities.ts";
import type { Passwords } from "./passwords.ts";
import {
  type CheckedRegistrant,
  checkedOrRefused,
  checkPassword,
  checkRegistrant,
  type Registrant,
} from "./registrants.ts";

/** The result of a batch registration: users that could be created were (docs/PROTOCOL.md § Readings, row 17). */
export interface Registered {
  readonly users: readonly User[];
  readonly failures: readonly { readonly name: string; readonly refused: Refused }[];
}

/** Users in the order of their creation; `next` is the cursor of the next page, undefined on the last one. */
export interface UserPage {
  readonly users: readonly User[];
  readonly next: UserCursor | undefined;
}

/**
 * The users of an app (docs/PROTOCOL.md § Users). A target is undefined if the path holds no legal username. Operations
 * that hash a password (argon2id) take the client's address: hashing is queued fairly by address, then by the caller's
 * account. When the queue is full they refuse with `busy`, and nothing is stored.
 */
export interface Accounts {
  /** Refuses callers that may not `register`; asked before a body is read. */
  permitRegister(resolved: ResolvedApp, caller: Caller): void;
  /** The same of `registerMany`. */
  permitRegisterMany(resolved: ResolvedApp, caller: Caller): void;
  register(resolved: ResolvedApp, by: Authorised, from: Address, registrant: Registrant): Promise<User>;
  /** @param mayStill rechecks the caller before each hash, which takes long; throws if the authority was revoked */
  registerMany(
    resolved: ResolvedApp,
    by: Authorised,
    from: Address,
    registrants: readonly Registrant[],
    mayStill: () => MaybePromise<unknown>,
  ): Promise<Registered>;
  /** For the operator: checks no rights. The user has no password and so cannot log in. */
  create(app: App, name: UserName, nickname?: string): Promise<User | "taken">;
  /**
   * The user of this name, created without a password if it does not exist. Undefined: the user was deleted meanwhile.
   * Refuses with `user_taken` a name that is another user's id.
   */
  ensure(app: App, name: UserName, by?: Authorised): Promise<User | undefined>;
  get(resolved: ResolvedApp, caller: Caller, target: UserName | undefined): Promise<User>;
  list(resolved: ResolvedApp, caller: Caller, after: UserCursor | undefined, countMax: number): Promise<UserPage>;
  /** Deletes the user and their attributes, and revokes their tokens. Refuses with `user_unknown`. */
  remove(resolved: ResolvedApp, by: Authorised, target: UserName | undefined): Promise<User>;
  /** As `remove`, for a page of users. Omits a user that another call deletes meanwhile. */
  removeMany(resolved: ResolvedApp, by: Authorised, after: UserCursor | undefined, countMax: number): Promise<UserPage>;
  /**
   * Also revokes the user's tokens. A user must give the old password, which counts as a log-in attempt; an admin need
   * not. The change applies only to the user that was read at the start, not to one created again under the same name.
   * A user's change replaces only the password that was given: after a concurrent change it refuses with
   * `password_wrong`.
   */
  changePassword(
    resolved: ResolvedApp,
    by: Authorised,
    from: Address,
    target: UserName | undefined,
    passwords: { readonly old?: string | undefined; readonly new?: string | undefined },
  ): Promise<void>;
  /** Deactivation revokes the user's tokens; no new ones are issued until activation. */
  setActivated(resolved: ResolvedApp, by: Authorised, target: UserName | undefined, activated: boolean): Promise<User>;
}

type Address = Pick<Asker, "address">;

interface AccountsNeeds {
  readonly store: Pick<AppStore, "app"> & UserStore;
  readonly tokens: { invalidateUser(userId: string): void };
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: Pick<Passwords, "hash" | "logIn">;
}

export function createAccounts({ store, tokens, clock, random, passwords }: AccountsNeeds): Accounts {
  async function draft(asker: Asker, { name, password, nickname }: CheckedRegistrant): Promise<NewUser> {
    return newUser(name, await passwords.hash(asker, password), nickname);
  }

  function newUser(name: UserName, passwordHash: string | null, nickname: string | undefined): NewUser {
    // A lone surrogate would be returned as it is but stored as U+FFFD.
    const stored = nickname?.toWellFormed() || null;
    return { id: random.uuid(), name, passwordHash, nickname: stored, created: clock.now() };
  }

  async function insertMany(
    app: App,
    users: readonly NewUser[],
    by: Authorised,
  ): Promise<readonly ("inserted" | "taken")[]> {
    const results = await store.insertUsers(app.number, users, by.authority);
    if (results === undefined) throw new Refusal({ code: "app_unknown" });
    if (results === "unauthorised") throw await notInserted(app, by);
    return results;
  }

  /** Finds out whether registration was closed or the token was revoked. */
  async function notInserted({ number }: App, by: Authorised): Promise<Refusal> {
    const { registrations } = by.authority;
    const app = registrations === undefined ? undefined : await store.app(number);
    const isClosed = app !== undefined && !registrations?.includes(app.registration);
    return isClosed ? new Refusal({ code: "registration_closed" }) : endedRefusal(by);
  }

  async function insert(app: App, user: NewUser, by: Authorised): Promise<User | "taken"> {
    const [result] = await insertMany(app, [user], by);
    return result === "inserted" ? insertedUser(user) : "taken";
  }

  async function known(app: App, target: UserName | undefined): Promise<User> {
    const user = target === undefined ? undefined : await store.user(app.number, target);
    if (user === undefined) throw new Refusal({ code: "user_unknown" });
    return user;
  }

  async function change(
    app: App,
    by: Authorised,
    name: UserName,
    what: UserChange,
    only?: UserTerms["only"],
  ): Promise<User | "conflict" | undefined> {
    const user = await store.changeUser(app.number, name, what, clock.now(), { authority: by.authority, only });
    if (user === "unauthorised") throw endedRefusal(by);
    if (user !== undefined && user !== "conflict" && what.revokeTokens) tokens.invalidateUser(user.id);
    return user;
  }

  async function removeNamed(
    app: App,
    by: Authorised,
    names: readonly UserName[],
    ids?: readonly string[],
  ): Promise<readonly User[]> {
    const removed = await store.deleteUsers(app.number, names, clock.now(), { authority: by.authority, ids });
    if (removed === "unauthorised") throw endedRefusal(by);
    for (const { id } of removed) tokens.invalidateUser(id);
    return removed;
  }

  async function page(app: App, after: UserCursor | undefined, countMax: number): Promise<UserPage> {
    // One more than requested tells whether there is a next page.
    const found = await store.users(app.number, after, countMax + 1);
    const users = found.slice(0, countMax);
    const last = found.length > countMax ? users.at(-1) : undefined;
    return { users, next: last && { created: last.created, name: last.name } };
  }

  function permitRegister({ access }: ResolvedApp, caller: Caller): void {
    permit("registerUser", caller, undefined, access);
  }

  function permitRegisterMany({ access }: ResolvedApp, caller: Caller): void {
    permit("registerUsers", caller, undefined, access);
  }

  return {
    permitRegister,
    permitRegisterMany,

    async register(resolved, by, { address }, registrant) {
      permitRegister(resolved, by.caller);
      const { app } = resolved;
      const checked = checkRegistrant(registrant);
      const { name } = checked;
      const taken = new Refusal({ code: "user_taken", name, appId: app.id });
      // Checked before the password is hashed, by far the most expensive step, and again by the insert.
      if ((await store.user(app.number, name)) !== undefined) throw taken;
      const asker = { address, account: accountOf(app, by.caller) };
      const user = await insert(app, await draft(asker, checked), registering(resolved, by));
      if (user === "taken") throw taken;
      return user;
    },

    async registerMany(resolved, by, { address }, registrants, mayStill) {
      permitRegisterMany(resolved, by.caller);
      const { app } = resolved;
      if (registrants.length > REGISTER_BATCH_MAX) {
        throw new Refusal({ code: "users_too_many", count: registrants.length, countMax: REGISTER_BATCH_MAX });
      }
      const asker = { address, account: accountOf(app, by.caller) };
      const failures: { name: string; refused: Refused }[] = [];
      const drafts: NewUser[] = [];
      const taken = (name: string) => failures.push({ name, refused: { code: "user_taken", name, appId: app.id } });
      for (const registrant of registrants) {
        const checked = checkedOrRefused(registrant);
        if ("code" in checked) {
          failures.push({ name: registrant.username, refused: checked });
          continue;
        }
        await mayStill();
        if ((await store.user(app.number, checked.name)) !== undefined) taken(checked.name);
        else drafts.push(await draft(asker, checked));
      }
      const results = await insertMany(app, drafts, by);
      const users: User[] = [];
      for (const [index, user] of drafts.entries()) {
        if (results[index] === "inserted") users.push(insertedUser(user));
        else taken(user.name);
      }
      return { users, failures };
    },

    async create(app, name, nickname) {
      return await insert(app, newUser(name, null, nickname), OPERATOR);
    },

    async ensure(app, name, by = OPERATOR) {
      const created = await insert(app, newUser(name, null, undefined), by);
      if (created !== "taken") return created;
      // Another call has just created the same user, which is as good.
      const found = await store.user(app.number, name);
      if (found === undefined && (await store.userById(app.number, name)) !== undefined) {
        throw new Refusal({ code: "user_taken", name, appId: app.id });
      }
      return found;
    },

    async get({ app, access }, caller, target) {
      permit("readUser", caller, target, access);
      return await known(app, target);
    },

    async list({ app, access }, caller, after, countMax) {
      permit("listUsers", caller, undefined, access);
      return await page(app, after, countMax);
    },

    async remove({ app, access }, by, target) {
      permit("deleteUsers", by.caller, target, access);
      const [removed] = target === undefined ? [] : await removeNamed(app, by, [target]);
      if (removed === undefined) throw new Refusal({ code: "user_unknown" });
      return removed;
    },

    async removeMany({ app, access }, by, after, countMax) {
      permit("deleteUsers", by.caller, undefined, access);
      const { users, next } = await page(app, after, countMax);
      const names = users.map(({ name }) => name);
      const ids = users.map(({ id }) => id);
      return { users: await removeNamed(app, by, names, ids), next };
    },

    async changePassword({ app, access }, by, { address }, target, { old: oldPassword, new: newPassword }) {
      const { caller } = by;
      permit("changePassword", caller, target, access);
      if (newPassword === undefined || newPassword === "") throw new Refusal({ code: "new_password_missing" });
      checkPassword(newPassword);
      if (caller.kind !== "admin" && oldPassword === undefined) throw new Refusal({ code: "old_password_missing" });
      const user = target === undefined ? undefined : await store.user(app.number, target);
      if (user === undefined) throw new Refusal({ code: "password_user_unknown" });
      const { id, name, tokensValidAfter } = user;
      if (caller.kind !== "admin") {
        const asker = { address, account: account(app, name) };
        const attempted = { password: oldPassword ?? "", hash: user.passwordHash, isBarred: false };
        if (!(await passwords.logIn(asker, attempted))) throw new Refusal({ code: "password_wrong" });
      }
      const passwordHash = await passwords.hash({ address, account: accountOf(app, caller) }, newPassword);
      // Every password change revokes tokens: while `tokensValidAfter` is unchanged, the old password is still current.
      const only = caller.kind === "admin" ? { id } : { id, tokensValidAfter };
      const changed = await change(app, by, name, { passwordHash, revokeTokens: true }, only);
      if (changed === undefined) throw new Refusal({ code: "password_user_unknown" });
      if (changed === "conflict") throw new Refusal({ code: "password_wrong" });
    },

    async setActivated({ app, access }, by, target, activated) {
      permit("activateUser", by.caller, target, access);
      const what: UserChange = activated ? { activated } : { activated, revokeTokens: true };
      const changed = target === undefined ? undefined : await change(app, by, target, what);
      if (changed === undefined || changed === "conflict") throw new Refusal({ code: "user_unknown" });
      return changed;
    },
  };
}

/** Adds to a caller that is no admin the condition that registration is still open at the insert. */
function registering({ registrationsOpen }: ResolvedApp, { caller, authority }: Authorised): Authorised {
  if (caller.kind === "admin") return { caller, authority };
  return { caller, authority: { ...authority, registrations: registrationsOpen } };
}
