import { permit } from "./access.ts";
import { type Asker, account, accountOf } from "./admission/asker.ts";
import { insertedUser } from "./changes.ts";
import { NICKNAME_CHARACTERS_MAX, PASSWORD_CHARACTERS_MAX, REGISTER_BATCH_MAX } from "./limits.ts";
import { type App, type Caller, USER_NAME_BYTES_MAX, type User, type UserName, userName } from "./model.ts";
import type { Passwords } from "./passwords.ts";
import type { Clock, NewUser, Random, Store, UserChange, UserCursor } from "./ports.ts";
import { Refusal, type Refused } from "./refusals.ts";
import type { ServedApp } from "./registry.ts";
import type { Tokens } from "./tokens.ts";

/** A registration as it was sent. */
export interface Registrant {
  readonly username: string;
  readonly password?: string | undefined;
  readonly nickname?: string | undefined;
}

/** What became of a batch registration: those that could be created were (protocol.md § 8, row 17). */
export interface Registered {
  readonly users: readonly User[];
  readonly failures: readonly { readonly name: string; readonly refused: Refused }[];
}

/** Users in the order of their creation; `next` is the place to go on from, and undefined when there are no more. */
export interface UserPage {
  readonly users: readonly User[];
  readonly next: UserCursor | undefined;
}

/**
 * The users of an app (protocol.md § 3). A target is undefined when the path holds no legal username. Whoever asks for a
 * password's hash gives the address; the turn is the caller's. Too many of them: `busy`, and nothing is stored.
 */
export interface Accounts {
  register(served: ServedApp, caller: Caller, from: Address, registrant: Registrant): Promise<User>;
  registerMany(
    served: ServedApp,
    caller: Caller,
    from: Address,
    registrants: readonly Registrant[],
  ): Promise<Registered>;
  /** Without a password, so that none lets anybody in, and without any check of rights: for the operator. */
  create(app: App, name: UserName, nickname?: string): Promise<User | "taken">;
  /** The same for grants, which need not know whether the user was made just now; undefined: the user is gone again. */
  ensure(app: App, name: UserName): Promise<User | undefined>;
  get(served: ServedApp, caller: Caller, target: UserName | undefined): Promise<User>;
  list(served: ServedApp, caller: Caller, after: UserCursor | undefined, countMax: number): Promise<UserPage>;
  /** Their attributes go with them, and their tokens end. */
  remove(served: ServedApp, caller: Caller, target: UserName | undefined): Promise<User>;
  /** A user who is removed by somebody else meanwhile is left out. */
  removeMany(served: ServedApp, caller: Caller, after: UserCursor | undefined, countMax: number): Promise<UserPage>;
  /** Ends the user's tokens. A user must give the old password, which is an attempt like a log-in; an admin need not. */
  changePassword(
    served: ServedApp,
    caller: Caller,
    from: Address,
    target: UserName | undefined,
    passwords: { readonly old?: string | undefined; readonly new?: string | undefined },
  ): Promise<void>;
  /** Deactivation ends the user's tokens, and no new ones are given until activation. */
  setActivated(served: ServedApp, caller: Caller, target: UserName | undefined, activated: boolean): Promise<User>;
}

type Address = Pick<Asker, "address">;

interface AccountsNeeds {
  readonly store: Pick<Store, "user" | "users" | "insertUsers" | "changeUser" | "deleteUsers">;
  readonly tokens: Pick<Tokens, "forgetUser">;
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: Pick<Passwords, "hash" | "logIn">;
}

export function createAccounts({ store, tokens, clock, random, passwords }: AccountsNeeds): Accounts {
  async function draft(asker: Asker, { name, password, nickname }: CheckedRegistrant): Promise<NewUser> {
    return newUser(name, await passwords.hash(asker, password), nickname);
  }

  function newUser(name: UserName, passwordHash: string | null, nickname: string | undefined): NewUser {
    return { id: random.uuid(), name, passwordHash, nickname: nickname || null, created: clock.now() };
  }

  async function insert(app: App, user: NewUser): Promise<User | "taken"> {
    const results = await store.insertUsers(app.number, [user]);
    if (results === undefined) throw new Refusal({ code: "app_unknown" });
    return results[0] === "inserted" ? insertedUser(user) : "taken";
  }

  async function known(app: App, target: UserName | undefined): Promise<User> {
    const user = target === undefined ? undefined : await store.user(app.number, target);
    if (user === undefined) throw new Refusal({ code: "user_unknown" });
    return user;
  }

  async function change(app: App, name: UserName, what: UserChange): Promise<User | undefined> {
    const user = await store.changeUser(app.number, name, what, clock.now());
    if (user !== undefined && what.endTokens) tokens.forgetUser(user.id);
    return user;
  }

  async function removeNamed(app: App, names: readonly UserName[]): Promise<readonly User[]> {
    const removed = await store.deleteUsers(app.number, names, clock.now());
    for (const { id } of removed) tokens.forgetUser(id);
    return removed;
  }

  async function page(app: App, after: UserCursor | undefined, countMax: number): Promise<UserPage> {
    // One more than wanted tells whether there are more.
    const found = await store.users(app.number, after, countMax + 1);
    const users = found.slice(0, countMax);
    const last = found.length > countMax ? users.at(-1) : undefined;
    return { users, next: last && { created: last.created, name: last.name } };
  }

  return {
    async register({ app, access }, caller, { address }, registrant) {
      permit("registerUser", caller, undefined, access);
      const checked = checkRegistrant(registrant);
      const { name } = checked;
      const taken = new Refusal({ code: "user_taken", name, appId: app.id });
      // Asked before the password is hashed, which is by far the dearest part, and again by the insert.
      if ((await store.user(app.number, name)) !== undefined) throw taken;
      const asker = { address, account: accountOf(app, caller) };
      const user = await insert(app, await draft(asker, checked));
      if (user === "taken") throw taken;
      return user;
    },

    async registerMany({ app, access }, caller, { address }, registrants) {
      permit("registerUsers", caller, undefined, access);
      if (registrants.length > REGISTER_BATCH_MAX) {
        throw new Refusal({ code: "users_too_many", count: registrants.length, countMax: REGISTER_BATCH_MAX });
      }
      const asker = { address, account: accountOf(app, caller) };
      const failures: { name: string; refused: Refused }[] = [];
      const drafts: NewUser[] = [];
      const taken = (name: string) => failures.push({ name, refused: { code: "user_taken", name, appId: app.id } });
      for (const registrant of registrants) {
        const checked = checkedOrRefused(registrant);
        if ("code" in checked) failures.push({ name: registrant.username, refused: checked });
        else if ((await store.user(app.number, checked.name)) !== undefined) taken(checked.name);
        else drafts.push(await draft(asker, checked));
      }
      const results = await store.insertUsers(app.number, drafts);
      if (results === undefined) throw new Refusal({ code: "app_unknown" });
      const users: User[] = [];
      for (const [index, user] of drafts.entries()) {
        if (results[index] === "inserted") users.push(insertedUser(user));
        else taken(user.name);
      }
      return { users, failures };
    },

    async create(app, name, nickname) {
      return await insert(app, newUser(name, null, nickname));
    },

    async ensure(app, name) {
      const created = await insert(app, newUser(name, null, undefined));
      // Somebody else has just made the same user, which is as good.
      return created === "taken" ? await store.user(app.number, name) : created;
    },

    async get({ app, access }, caller, target) {
      permit("readUser", caller, target, access);
      return await known(app, target);
    },

    async list({ app, access }, caller, after, countMax) {
      permit("listUsers", caller, undefined, access);
      return await page(app, after, countMax);
    },

    async remove({ app, access }, caller, target) {
      permit("deleteUsers", caller, target, access);
      const [removed] = target === undefined ? [] : await removeNamed(app, [target]);
      if (removed === undefined) throw new Refusal({ code: "user_unknown" });
      return removed;
    },

    async removeMany({ app, access }, caller, after, countMax) {
      permit("deleteUsers", caller, undefined, access);
      const { users, next } = await page(app, after, countMax);
      const names = users.map(({ name }) => name);
      return { users: await removeNamed(app, names), next };
    },

    async changePassword({ app, access }, caller, { address }, target, { old: oldPassword, new: newPassword }) {
      permit("changePassword", caller, target, access);
      if (newPassword === undefined || newPassword === "") throw new Refusal({ code: "new_password_missing" });
      checkPassword(newPassword);
      if (caller.kind !== "admin" && oldPassword === undefined) throw new Refusal({ code: "old_password_missing" });
      const user = target === undefined ? undefined : await store.user(app.number, target);
      if (user === undefined) throw new Refusal({ code: "password_user_unknown" });
      if (caller.kind !== "admin") {
        const asker = { address, account: account(app, user.name) };
        const attempted = { password: oldPassword ?? "", hash: user.passwordHash, isBarred: false };
        if (!(await passwords.logIn(asker, attempted))) throw new Refusal({ code: "password_wrong" });
      }
      const passwordHash = await passwords.hash({ address, account: accountOf(app, caller) }, newPassword);
      const changed = await change(app, user.name, { passwordHash, endTokens: true });
      if (changed === undefined) throw new Refusal({ code: "password_user_unknown" });
    },

    async setActivated({ app, access }, caller, target, activated) {
      permit("activateUser", caller, target, access);
      const what: UserChange = activated ? { activated } : { activated, endTokens: true };
      const changed = target === undefined ? undefined : await change(app, target, what);
      if (changed === undefined) throw new Refusal({ code: "user_unknown" });
      return changed;
    },
  };
}

interface CheckedRegistrant {
  readonly name: UserName;
  readonly password: string;
  readonly nickname: string | undefined;
}

function checkRegistrant({ username, password, nickname }: Registrant): CheckedRegistrant {
  const name = requireUserName(username);
  if (password === undefined || password === "") throw new Refusal({ code: "password_missing" });
  checkPassword(password);
  if (nickname !== undefined && nickname.length > NICKNAME_CHARACTERS_MAX) {
    throw new Refusal({ code: "nickname_too_long" });
  }
  return { name, password, nickname };
}

/** Refuses as a registration does. */
export function requireUserName(text: string): UserName {
  if (text.length > USER_NAME_BYTES_MAX) throw new Refusal({ code: "user_name_too_long" });
  const name = userName(text);
  if (name === undefined) throw new Refusal({ code: "user_name_illegal", name: text });
  return name;
}

function checkPassword(password: string): void {
  if (password.length > PASSWORD_CHARACTERS_MAX) throw new Refusal({ code: "password_too_long" });
}

function checkedOrRefused(registrant: Registrant): CheckedRegistrant | Refused {
  try {
    return checkRegistrant(registrant);
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}
