import type { AccessSettings } from "../access.ts";
import { inTime } from "../admission/in-time.ts";
import { coalesced } from "../async/coalesced.ts";
import { StoreFailure } from "../faults/store-failure.ts";
import { limitsOf } from "../limits.ts";
import { type App, type AppKey, appKey, type Limits, type Registration } from "../model.ts";
import type { Change, Clock, Events, MaybePromise, SigningKey, Store, Timers } from "../ports.ts";

/** An app with the server's settings filled in where it has none. */
export interface ResolvedApp {
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
  byKey(org: string, name: string): ResolvedApp | undefined;
  /** By the app's UUID, or by its App ID at Agora. */
  byId(id: string): ResolvedApp | undefined;
  /** The newest one, which signs. */
  signingKey(): SigningKey;
  /** Looks into the store only for a key that is not known yet: another process may have just made it. */
  findKey(id: number): Promise<SigningKey | undefined>;
  /**
   * False when this process has changed something since the last look at the feed, in whatever thread, and when that
   * look began more than a second ago: the feed cannot be read, or this thread stood still.
   */
  isCurrent(): boolean;
  /** Settles within two seconds, whatever the store does, and never rejects. */
  refresh(): Promise<void>;
  /** Throws (503) when the last `refresh` could not find out what has changed, and so who may do what. */
  requireKnown(): void;
}

export interface RegistryNeeds {
  readonly store: Pick<Store, "apps" | "signingKeys" | "changesSince" | "feedVersion">;
  readonly defaults: ServerDefaults;
  readonly events: Events;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly tokens: {
    /** Called for every user whose tokens, rights or existence have changed. */
    invalidateUser(userId: string): void;
    /** Called when changes may have gone unseen. */
    invalidateAll(): void;
    /** Called when apps have changed, and with them perhaps whose tokens they take. */
    invalidateExternal(): void;
  };
}

/** The store forgets changes after an hour; who has not looked for this long begins anew. */
const LOST_TRACK_MS = 1_800_000;
/** What is known is trusted for so long from when it was asked for: promise 9. */
const TRUSTED_MS = 1000;
/** A look that takes longer has failed: what it finds would hardly be trusted any more, and requests wait for two at most. */
const LOOK_MS_MAX = 750;

/** Reads everything once; the store must hold at least one signing key by then. */
export async function openRegistry(needs: RegistryNeeds): Promise<Registry> {
  const { store, timers } = needs;
  const byKey = new Map<string, ResolvedApp>();
  const byId = new Map<string, ResolvedApp>();
  let keys: readonly SigningKey[] = [];
  let knownVersion = store.feedVersion();
  /** When the last look that succeeded began, by the wall clock, and in ms that never run backwards. */
  let lookedAt = needs.clock.now();
  let lookedAtMs = timers.nowMs();
  // The feed's position is read before what it announces, so that a change in between is seen twice, not never.
  let cursor = (await store.changesSince(0)).cursor;
  /** Why the last look has failed. */
  let failure: { readonly error: unknown } | undefined;
  setApps(await store.apps());
  setKeys(await store.signingKeys());

  function setApps(apps: readonly App[]): void {
    byKey.clear();
    byId.clear();
    for (const app of apps) {
      const resolved = resolveApp(app, needs.defaults);
      byKey.set(app.key, resolved);
      byId.set(app.id, resolved);
      const agoraId = app.identity.agora?.appId.toLowerCase();
      if (agoraId !== undefined && !byId.has(agoraId)) byId.set(agoraId, resolved);
    }
  }

  function setKeys(all: readonly SigningKey[]): void {
    // What a key has signed that is gone must not go on because it was verified before.
    if (keys.some(({ id }) => !all.some((each) => each.id === id))) needs.tokens.invalidateAll();
    keys = [...all].sort((a, b) => b.id - a.id);
  }

  async function look(): Promise<void> {
    const [now, nowMs] = [needs.clock.now(), timers.nowMs()];
    /** What comes later is not looked at any more: a later look may have learned more by then. */
    const answered = <T>(answer: MaybePromise<T>): MaybePromise<T> =>
      answer instanceof Promise ? inTime(answer, nowMs + LOOK_MS_MAX - timers.nowMs(), timers) : answer;
    try {
      const version = store.feedVersion();
      const { cursor: next, changes } = await answered(store.changesSince(cursor));
      // A suspended machine's time is in the wall clock alone, and that may have been set back.
      const isLost = Math.max(now - lookedAt, nowMs - lookedAtMs) > LOST_TRACK_MS;
      const isChanged = (kind: Change["kind"]): boolean => isLost || changes.some((change) => change.kind === kind);
      if (isLost) needs.tokens.invalidateAll();
      for (const change of changes) if (change.kind === "user") needs.tokens.invalidateUser(change.userId);
      if (isChanged("apps")) {
        setApps(await answered(store.apps()));
        needs.tokens.invalidateExternal();
      }
      if (isChanged("keys")) setKeys(await answered(store.signingKeys()));
      cursor = next;
      lookedAt = now;
      lookedAtMs = nowMs;
      knownVersion = version;
      failure = undefined;
    } catch (error) {
      needs.events.refreshFailed(error);
      failure = { error };
    }
  }

  const isTrusted = (): boolean => timers.nowMs() - lookedAtMs < TRUSTED_MS;
  const isCurrent = (): boolean => isTrusted() && knownVersion === store.feedVersion();
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
      if (key(id) === undefined) setKeys(await store.signingKeys());
      return key(id);
    },
    isCurrent,
    // A slow look may have begun late enough: then nobody waits for another.
    refresh: coalesced(look, isCurrent),
    requireKnown() {
      if (failure === undefined && isTrusted()) return;
      // Whatever was in the way: nothing was done for who asks.
      throw new StoreFailure("what has changed could not be found out", true, failure?.error);
    },
  };
}

/** The server's settings for what the app leaves to it. */
export function resolveApp(app: App, defaults: ServerDefaults): ResolvedApp {
  const registration = app.registration ?? defaults.registration;
  const registrationsOpen: ResolvedApp["registrationsOpen"] =
    defaults.registration === "open" ? ["open", null] : ["open"];
  const access = { dialect: app.dialect, registration };
  return { app, limits: limitsOf(app, defaults.limits), access, registrationsOpen };
}

function folded(org: string, name: string): AppKey | "" {
  return appKey(`${org}/${name}`) ?? "";
}
