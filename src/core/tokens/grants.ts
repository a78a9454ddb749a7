import { permit } from "../access.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { requireUserName } from "../accounts/registrants.ts";
import { type Asker, account } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { type Authorised, allowsApp, endedRefusal } from "../authority.ts";
import { type App, type User, type UserName, userName } from "../model.ts";
import type { AppStore } from "../ports/app-store.ts";
import type { Digest } from "../ports/system/digest.ts";
import type { UserStore } from "../ports/user-store.ts";
import { Refusal } from "../refusals.ts";
import type { IssuedToken, Tokens } from "./tokens.ts";

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface UserGrant extends IssuedToken {
  readonly user: User;
}

/**
 * The grants that issue a token (docs/PROTOCOL.md § Tokens). A lifetime is in seconds; undefined = the app's default, 0 =
 * permanent. A new token does not affect older ones. The asker has an address only, because it is not authenticated yet.
 */
export interface Grants {
  /** Refuses with `client_id_wrong`, `client_secret_wrong`, and after too many failures with `rate_exceeded`. */
  clientCredentials(
    resolved: ResolvedApp,
    { address }: Pick<Asker, "address">,
    credentials: ClientCredentials,
    ttlSeconds: number | undefined,
  ): Promise<IssuedToken>;
  /** Verifies credentials as `clientCredentials` does, for a client that sends them with another grant. */
  checkClient(
    resolved: ResolvedApp,
    { address }: Pick<Asker, "address">,
    credentials: ClientCredentials,
  ): Promise<void>;
  /**
   * Takes the same time whether the user or the password is wrong. Refuses with `grant_user_unknown`, `password_wrong`,
   * `grant_user_deactivated`, `busy`, and after too many failures with `rate_exceeded`.
   */
  password(
    resolved: ResolvedApp,
    { address }: Pick<Asker, "address">,
    login: { readonly username: string; readonly password: string },
    ttlSeconds: number | undefined,
  ): Promise<UserGrant>;
  /** A token for a user by name alone, for an admin. A user created by `autoCreate` has no password. */
  inherit(
    resolved: ResolvedApp,
    by: Authorised,
    wanted: { readonly username: string; readonly autoCreate: boolean },
    ttlSeconds: number | undefined,
  ): Promise<UserGrant>;
}

interface GrantsNeeds {
  readonly store: Pick<AppStore, "app"> & Pick<UserStore, "user">;
  readonly tokens: Pick<Tokens, "issue">;
  readonly accounts: Pick<Accounts, "ensure">;
  readonly digest: Digest;
  readonly passwords: Pick<Passwords, "logIn" | "countSecret">;
}

/** Read in place of an illegal name, so that it takes the same time. No user has it. */
const UNUSED_NAME = "" as UserName; // as: only the store sees it

export function createGrants({ store, tokens, accounts, digest, passwords }: GrantsNeeds): Grants {
  /** Reads the app from the store, not from the registry: a secret that was just rotated must not be accepted. */
  async function current({ app }: ResolvedApp): Promise<App> {
    const found = await store.app(app.number);
    if (found === undefined) throw new Refusal({ code: "app_unknown" });
    return found;
  }

  function grant(app: App, user: User, ttlSeconds: number | undefined): UserGrant {
    if (!user.activated) throw new Refusal({ code: "grant_user_deactivated" });
    return { user, ...tokens.issue(app, user, ttlSeconds ?? app.tokenTtlSeconds) };
  }

  async function findOrCreate(app: App, by: Authorised, username: string, autoCreate: boolean): Promise<User> {
    const known = userName(username);
    const found = known === undefined ? undefined : await store.user(app.number, known);
    if (found !== undefined) return found;
    if (!autoCreate) throw new Refusal({ code: "grant_user_unknown" });
    const user = await accounts.ensure(app, requireUserName(username), by);
    if (user === undefined) throw new Refusal({ code: "grant_user_unknown" });
    return user;
  }

  async function authenticate(
    app: App,
    { address }: Pick<Asker, "address">,
    { clientId, clientSecret }: ClientCredentials,
  ): Promise<void> {
    const isNamed = clientId === app.clientId;
    const isRight = isNamed && digest.equal(digest.sha256(clientSecret), app.clientSecretHash);
    await passwords.countSecret({ address, account: isNamed ? account(app, undefined) : undefined }, isRight);
    if (!isNamed) throw new Refusal({ code: "client_id_wrong" });
    if (!isRight) throw new Refusal({ code: "client_secret_wrong" });
  }

  return {
    async clientCredentials(resolved, asker, credentials, ttlSeconds) {
      const app = await current(resolved);
      await authenticate(app, asker, credentials);
      return tokens.issue(app, undefined, ttlSeconds ?? app.tokenTtlSeconds);
    },

    async checkClient(resolved, asker, credentials) {
      await authenticate(await current(resolved), asker, credentials);
    },

    async password(resolved, { address }, { username, password }, ttlSeconds) {
      const app = await current(resolved);
      const name = userName(username);
      const user = await store.user(app.number, name ?? UNUSED_NAME);
      const asker = { address, account: name === undefined ? undefined : account(app, name) };
      const attempted = { password, hash: user?.passwordHash ?? null, isBarred: user?.activated === false };
      const isRight = await passwords.logIn(asker, attempted);
      if (user === undefined) throw new Refusal({ code: "grant_user_unknown" });
      if (!isRight) throw new Refusal({ code: "password_wrong" });
      return grant(app, user, ttlSeconds);
    },

    async inherit(resolved, by, { username, autoCreate }, ttlSeconds) {
      permit("inheritUser", by.caller, undefined, resolved.access);
      const user = await findOrCreate(resolved.app, by, username, autoCreate);
      // Read last: the user's token would survive a revocation of the caller's authority.
      const app = await current(resolved);
      if (!allowsApp(by.authority, app)) throw endedRefusal(by);
      return grant(app, user, ttlSeconds);
    },
  };
}
