import { identityText, NO_IDENTITY } from "../identity-settings.ts";
import { type App, type AppKey, type AppSettings, LIMIT_NAMES, type Limits } from "../model.ts";
import type { AppStore } from "../ports/app-store.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Digest } from "../ports/system/digest.ts";
import type { Random } from "../ports/system/random.ts";

/** The credentials of an app's backend. The store keeps only a hash of the secret. */
export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** 60 days (docs/PROTOCOL.md § Tokens). */
export const DEFAULT_TOKEN_TTL_SECONDS = 5_184_000;

/** Documented client ids and secrets are base64url of this prefix and random bytes (docs/PROTOCOL.md § Tokens). */
const CREDENTIAL_PREFIX = "ap:";
const CLIENT_ID_BYTES = 16;
const CLIENT_SECRET_BYTES = 20;
const PURGE_USERS = 500;

/** The operator's management of apps. No rights are checked: access to the store is the permission. */
export interface Apps {
  create(
    key: AppKey,
    settings: Partial<AppSettings>,
    credentials?: AppCredentials,
  ): Promise<{ readonly app: App; readonly credentials: AppCredentials } | "taken">;
  find(key: AppKey): Promise<App | undefined>;
  list(): Promise<readonly App[]>;
  /** "incompatible" and "conflict" as in `Store.changeApp`: new identity settings must be derived from those of `app`. */
  set(app: App, settings: Partial<AppSettings>): Promise<App | "incompatible" | "conflict" | undefined>;
  /** Also revokes the tokens obtained with the old secret. Undefined: no such app. */
  rotateSecret(app: App): Promise<AppCredentials | undefined>;
  /** Revokes tokens. admin: those obtained with the client secret; all: the users' tokens, too. */
  revokeTokens(app: App, which: "admin" | "all"): Promise<void>;
  /** Deletes the app and, in portions, its users and attributes. False: no such app. */
  remove(app: App): Promise<boolean>;
  /** Creates the app with these credentials if it does not exist; never changes an existing app. */
  ensure(key: AppKey, credentials: AppCredentials): Promise<App | "another secret" | "client id taken">;
}

interface AppsNeeds {
  readonly store: AppStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
}

export function createApps({ store, clock, random, digest }: AppsNeeds): Apps {
  const newCredential = (count: number): string => {
    const bytes = new Uint8Array([...new TextEncoder().encode(CREDENTIAL_PREFIX), ...random.bytes(count)]);
    return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  };
  const newSecret = (): string => newCredential(CLIENT_SECRET_BYTES);

  const apps: Apps = {
    async create(key, settings, given) {
      const credentials = given ?? { clientId: newCredential(CLIENT_ID_BYTES), clientSecret: newSecret() };
      const app = await store.insertApp({
        ...NO_LIMITS,
        dialect: "2021",
        registration: null,
        conflicts: "refuse",
        companionCalls: true,
        checkExt: false,
        tokenTtlSeconds: DEFAULT_TOKEN_TTL_SECONDS,
        identity: NO_IDENTITY,
        ...settings,
        id: random.uuid(),
        key,
        clientId: credentials.clientId,
        clientSecretHash: digest.sha256(credentials.clientSecret),
        created: clock.now(),
      });
      return app === "taken" ? "taken" : { app, credentials };
    },
    async find(key) {
      return (await store.apps()).find((app) => app.key === key);
    },
    async list() {
      return await store.apps();
    },
    set({ number, identity }, settings) {
      const former = settings.identity === undefined ? {} : { formerIdentity: identityText(identity) };
      return store.changeApp(number, { ...settings, ...former }, clock.now());
    },
    async rotateSecret({ number, clientId }) {
      const clientSecret = newSecret();
      const change = { clientSecretHash: digest.sha256(clientSecret), revokeAdminTokens: true } as const;
      const changed = await store.changeApp(number, change, clock.now());
      return changed === undefined ? undefined : { clientId, clientSecret };
    },
    async revokeTokens({ number }, which) {
      await store.changeApp(
        number,
        which === "all" ? { revokeTokens: true } : { revokeAdminTokens: true },
        clock.now(),
      );
    },
    async remove({ number }) {
      const removed = await store.deleteApp(number, clock.now());
      while ((await store.purge(PURGE_USERS)) > 0);
      return removed;
    },
    async ensure(key, credentials) {
      const known = await apps.find(key);
      if (known === undefined) {
        const created = await apps.create(key, {}, credentials);
        if (created !== "taken") return created.app;
      }
      const app = known ?? (await apps.find(key));
      if (app === undefined) return "client id taken";
      const sameSecret = digest.equal(app.clientSecretHash, digest.sha256(credentials.clientSecret));
      return app.clientId === credentials.clientId && sameSecret ? app : "another secret";
    },
  };
  return apps;
}

const NO_LIMITS = Object.fromEntries(LIMIT_NAMES.map((name) => [name, null])) as Record<keyof Limits, null>; // as: all names
