import { permit } from "./access.ts";
import { type Accounts, requireUserName } from "./accounts.ts";
import { type App, type Caller, type User, userName } from "./model.ts";
import type { Digest, Passwords, Store } from "./ports.ts";
import { Refusal } from "./refusals.ts";
import type { ServedApp } from "./registry.ts";
import type { IssuedToken, Tokens } from "./tokens.ts";

export interface UserGrant extends IssuedToken {
  readonly user: User;
}

/**
 * The ways to a token (protocol.md § 2.1). A lifetime is in seconds; undefined = the app's, 0 = permanent. A new
 * token leaves older ones as they are.
 */
export interface Grants {
  clientCredentials(
    served: ServedApp,
    credentials: { readonly clientId: string; readonly clientSecret: string },
    ttlSeconds: number | undefined,
  ): Promise<IssuedToken>;
  password(
    served: ServedApp,
    login: { readonly username: string; readonly password: string },
    ttlSeconds: number | undefined,
  ): Promise<UserGrant>;
  /** By name alone, for an admin. A user made by `autoCreate` has no password. */
  inherit(
    served: ServedApp,
    caller: Caller,
    wanted: { readonly username: string; readonly autoCreate: boolean },
    ttlSeconds: number | undefined,
  ): Promise<UserGrant>;
}

interface GrantsNeeds {
  readonly store: Pick<Store, "app" | "user">;
  readonly tokens: Pick<Tokens, "issue">;
  readonly accounts: Pick<Accounts, "ensure">;
  readonly digest: Digest;
  readonly passwords: Passwords;
}

export function createGrants({ store, tokens, accounts, digest, passwords }: GrantsNeeds): Grants {
  /** The app as it is in the store, not as it was a moment ago: a secret that was just rotated must not be taken. */
  async function current({ app }: ServedApp): Promise<App> {
    const found = await store.app(app.number);
    if (found === undefined) throw new Refusal({ code: "app_unknown" });
    return found;
  }

  function grant(app: App, user: User, ttlSeconds: number | undefined): UserGrant {
    if (!user.activated) throw new Refusal({ code: "grant_user_deactivated" });
    return { user, ...tokens.issue(app, user, ttlSeconds ?? app.tokenTtlSeconds) };
  }

  async function findOrCreate(app: App, username: string, autoCreate: boolean): Promise<User> {
    const known = userName(username);
    const found = known === undefined ? undefined : await store.user(app.number, known);
    if (found !== undefined) return found;
    if (!autoCreate) throw new Refusal({ code: "grant_user_unknown" });
    const user = await accounts.ensure(app, requireUserName(username));
    if (user === undefined) throw new Refusal({ code: "grant_user_unknown" });
    return user;
  }

  return {
    async clientCredentials(served, { clientId, clientSecret }, ttlSeconds) {
      const app = await current(served);
      if (clientId !== app.clientId) throw new Refusal({ code: "client_id_wrong" });
      if (!digest.equal(digest.sha256(clientSecret), app.clientSecretHash)) {
        throw new Refusal({ code: "client_secret_wrong" });
      }
      return tokens.issue(app, undefined, ttlSeconds ?? app.tokenTtlSeconds);
    },

    async password(served, { username, password }, ttlSeconds) {
      const app = await current(served);
      const name = userName(username);
      const user = name === undefined ? undefined : await store.user(app.number, name);
      if (user === undefined) throw new Refusal({ code: "grant_user_unknown" });
      const right = user.passwordHash !== null && (await passwords.verify(password, user.passwordHash));
      if (!right) throw new Refusal({ code: "password_wrong" });
      return grant(app, user, ttlSeconds);
    },

    async inherit(served, caller, { username, autoCreate }, ttlSeconds) {
      permit("inheritUser", caller, undefined, served.access);
      const app = await current(served);
      return grant(app, await findOrCreate(app, username, autoCreate), ttlSeconds);
    },
  };
}
