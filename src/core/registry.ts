import type { AccessSettings } from "./access.ts";
import { limitsOf } from "./limits.ts";
import { type App, type AppKey, appKey, type Limits, type Registration } from "./model.ts";
import { oneAfterTheOther } from "./one-after-the-other.ts";
import type { Change, Clock, Events, SigningKey, Store } from "./ports.ts";

/** An app with the server's settings filled in where it has none. */
export interface ServedApp {
  readonly app: App;
  readonly limits: Limits;
  readonly access: AccessSettings;
  /** The app's own settings that leave registration open; null = the server's. */
  readonly registrationsOpen: readonly (Registration | null)[];
}

/** The server's own settings, for apps that have none. */
export interface ServerDefaults {
  readonly limits: Limits;
  readonly registration: Registration;
}

/**
 * The apps and signing keys in memory, so that no request reads the store for them. `refresh` brings in what this
 * and other processes have changed; called several times a second, it keeps the promise that a change of an app and
 * a revocation hold within one second everywhere.
 */
export interface Registry {
  byKey(org: string, name: string): ServedApp | undefined;
  /** By the app's UUID, or by its App ID at Agora. */
  byId(id: string): ServedApp | undefined;
  /** The newest one, which signs. */
  signingKey(): SigningKey;
  /** Looks into the store only for a key that is not known yet: another process may have just made it. */
  findKey(id: number): Promise<SigningKey | undefined>;
  /** False when this process has changed something since the last `refresh`, in whatever thread. */
  isCurrent(): boolean;
  refresh(): Promise<void>;
  /** Throws when the last `refresh` could not find out what has changed, and so who may do what. */
  requireKnown(): void;
}

export interface RegistryNeeds {
  readonly store: Pick<Store, "apps" | "signingKeys" | "changesSince" | "announcements">;
  readonly defaults: ServerDefaults;
  readonly events: Events;
  readonly clock: Clock;
  readonly tokens: {
    /** Called for every user whose tokens, rights or existence have changed. */
    forgetUser(userId: string): void;
    /** Called when changes may have gone unseen. */
    forgetAll(): void;
    /** Called when apps have changed, and with them perhaps whose tokens they take. */
    forgetTrusted(): void;
  };
}

/** The store forgets changes after an hour; who has not looked for this long begins anew. */
const LOST_TRACK_MS = 1_800_000;

/** Reads everything once; the store must hold at least one signing key by then. */
export async function openRegistry(needs: RegistryNeeds): Promise<Registry> {
  const { store } = needs;
  const byKey = new Map<string, ServedApp>();
  const byId = new Map<string, ServedApp>();
  let keys: readonly SigningKey[] = [];
  let announcements = store.announcements();
  // The feed's position is read before what it announces, so that a change in between is seen twice, not never.
  let cursor = (await store.changesSince(0)).cursor;
  let lookedAt = needs.clock.now();
  /** Why the last look has failed. */
  let failure: { readonly error: unknown } | undefined;
  await loadApps();
  await loadKeys();

  async function loadApps(): Promise<void> {
    const apps = await store.apps();
    byKey.clear();
    byId.clear();
    for (const app of apps) {
      const served = serve(app, needs.defaults);
      byKey.set(app.key, served);
      byId.set(app.id, served);
      const agoraId = app.identity.agora?.appId.toLowerCase();
      if (agoraId !== undefined && !byId.has(agoraId)) byId.set(agoraId, served);
    }
  }

  async function loadKeys(): Promise<void> {
    keys = [...(await store.signingKeys())].sort((a, b) => b.id - a.id);
  }

  async function apply(changes: readonly Change[]): Promise<void> {
    for (const change of changes) if (change.kind === "user") needs.tokens.forgetUser(change.userId);
    if (changes.some(({ kind }) => kind === "apps")) {
      await loadApps();
      needs.tokens.forgetTrusted();
    }
    if (changes.some(({ kind }) => kind === "keys")) await loadKeys();
  }

  async function look(): Promise<void> {
    try {
      const now = needs.clock.now();
      const announced = store.announcements();
      const news = await store.changesSince(cursor);
      if (now - lookedAt > LOST_TRACK_MS) {
        needs.tokens.forgetAll();
        await loadApps();
        await loadKeys();
      } else await apply(news.changes);
      cursor = news.cursor;
      lookedAt = now;
      announcements = announced;
      failure = undefined;
    } catch (error) {
      // Once for as long as it goes on: this is tried several times a second.
      if (failure === undefined) needs.events.refreshFailed(error);
      failure = { error };
    }
  }

  const key = (id: number): SigningKey | undefined => keys.find((candidate) => candidate.id === id);

  return {
    byKey: (org, name) => byKey.get(`${org}/${name}`) ?? byKey.get(folded(org, name)),
    byId: (id) => byId.get(id) ?? byId.get(id.toLowerCase()),
    signingKey() {
      const [newest] = keys;
      if (newest === undefined) throw new Error("the store holds no signing key");
      return newest;
    },
    async findKey(id) {
      if (key(id) === undefined) await loadKeys();
      return key(id);
    },
    isCurrent: () => announcements === store.announcements(),
    refresh: oneAfterTheOther(look),
    requireKnown() {
      if (failure !== undefined) throw failure.error;
    },
  };
}

/** The server's settings for what the app leaves to it. */
export function serve(app: App, defaults: ServerDefaults): ServedApp {
  const registration = app.registration ?? defaults.registration;
  const registrationsOpen: ServedApp["registrationsOpen"] =
    defaults.registration === "open" ? ["open", null] : ["open"];
  const access = { dialect: app.dialect, registration };
  return { app, limits: limitsOf(app, defaults.limits), access, registrationsOpen };
}

function folded(org: string, name: string): AppKey | "" {
  return appKey(`${org}/${name}`) ?? "";
}
