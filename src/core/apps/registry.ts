import type { AccessSettings } from "../access.ts";
import { inTime } from "../admission/in-time.ts";
import { coalesced } from "../async/coalesced.ts";
import { StoreFailure } from "../faults/store-failure.ts";
import { limitsOf } from "../limits.ts";
import { type App, type AppKey, appKey, type Limits, type Registration } from "../model.ts";
import type { AppStore } from "../ports/app-store.ts";
import type { Change, ChangeFeed } from "../ports/change-feed.ts";
import type { Events } from "../ports/events.ts";
import type { KeyStore, SigningKey } from "../ports/key-store.ts";
import type { MaybePromise } from "../ports/maybe-promise.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Timers } from "../ports/system/timers.ts";

/** An app with the server's defaults filled in. */
export interface ResolvedApp {
  readonly app: App;
  readonly limits: Limits;
  readonly access: AccessSettings;
  /** The values of the app's `registration` with which registration is open; null = the server's own setting. */
  readonly registrationsOpen: readonly (Registration | null)[];
}

/** The server's settings for apps that have none of their own. */
export interface ServerDefaults {
  readonly limits: Limits;
  readonly registration: Registration;
}

/**
 * The apps and signing keys in memory, so that no request reads the store for them. `refresh` reads the change feed of
 * this and other processes and invalidates cached tokens. Called several times a second, it makes changes of apps and
 * revocations take effect within one second on every server.
 */
export interface Registry {
  byKey(org: string, name: string): ResolvedApp | undefined;
  /** By the app's UUID or its Agora App ID. */
  byId(id: string): ResolvedApp | undefined;
  /** The newest key, which signs. */
  signingKey(): SigningKey;
  /** Reads the store only for an unknown key: another process may have just created it. */
  findKey(id: number): Promise<SigningKey | undefined>;
  /**
   * False if any thread of this process has changed something since the last successful poll of the feed, or if that poll
   * began more than a second ago, because the feed cannot be read or this thread stood still.
   */
  isCurrent(): boolean;
  /** Settles within two seconds, whatever the store does, and never rejects. */
  refresh(): Promise<void>;
  /** Throws a `StoreFailure` (503) if the last poll failed or is over a second old: rights may have changed since. */
  requireKnown(): void;
}

export interface RegistryNeeds {
  readonly store: Pick<AppStore, "apps"> & Pick<KeyStore, "signingKeys"> & ChangeFeed;
  readonly defaults: ServerDefaults;
  readonly events: Events;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly tokens: {
    /** Called for every user whose tokens, rights or existence changed. */
    invalidateUser(userId: string): void;
    /** Called when changes may have been missed. */
    invalidateAll(): void;
    /** Called when apps changed: they may accept other external tokens now. */
    invalidateExternal(): void;
  };
}

/** The feed keeps entries for an hour. After a gap of more than this, a poll reloads everything. */
const LOST_TRACK_MS = 1_800_000;
/** How long the result of a poll counts as current, from its begin (docs/GUARANTEES.md). */
const TRUSTED_MS = 1000;
/** Timeout of a poll. A later result would hardly count as current, and a request waits for two polls at most. */
const POLL_MAX_MS = 750;

/** Reads apps and keys once. The store must already hold a signing key. */
export async function openRegistry(needs: RegistryNeeds): Promise<Registry> {
  const { store, timers } = needs;
  const byKey = new Map<string, ResolvedApp>();
  const byId = new Map<string, ResolvedApp>();
  let keys: readonly SigningKey[] = [];
  let knownVersion = store.feedVersion();
  /** When the last successful poll began: by the wall clock, and by the monotonic clock. */
  let polledAt = needs.clock.now();
  let polledAtMs = timers.nowMs();
  // The cursor is read before the apps and keys, so that a change in between is seen twice, not missed.
  let cursor = (await store.changesSince(0)).cursor;
  /** The error of the last poll, if it failed. */
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
    // Cached tokens that a removed key has signed must no longer be accepted.
    if (keys.some(({ id }) => !all.some((each) => each.id === id))) needs.tokens.invalidateAll();
    keys = [...all].sort((a, b) => b.id - a.id);
  }

  async function poll(): Promise<void> {
    const [now, nowMs] = [needs.clock.now(), timers.nowMs()];
    /** Ignores a result after the timeout: a later poll may have read a newer state by then. */
    const withTimeout = <T>(answer: MaybePromise<T>): MaybePromise<T> =>
      answer instanceof Promise ? inTime(answer, nowMs + POLL_MAX_MS - timers.nowMs(), timers) : answer;
    try {
      const version = store.feedVersion();
      const { cursor: next, changes } = await withTimeout(store.changesSince(cursor));
      // Only the wall clock includes the time of a suspended machine, but it may have been set back.
      const isLost = Math.max(now - polledAt, nowMs - polledAtMs) > LOST_TRACK_MS;
      const isChanged = (kind: Change["kind"]): boolean => isLost || changes.some((change) => change.kind === kind);
      if (isLost) needs.tokens.invalidateAll();
      for (const change of changes) if (change.kind === "user") needs.tokens.invalidateUser(change.userId);
      if (isChanged("apps")) {
        setApps(await withTimeout(store.apps()));
        needs.tokens.invalidateExternal();
      }
      if (isChanged("keys")) setKeys(await withTimeout(store.signingKeys()));
      cursor = next;
      polledAt = now;
      polledAtMs = nowMs;
      knownVersion = version;
      failure = undefined;
    } catch (error) {
      needs.events.refreshFailed(error);
      failure = { error };
    }
  }

  const isTrusted = (): boolean => timers.nowMs() - polledAtMs < TRUSTED_MS;
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
    // A slow poll may have begun late enough: then no caller waits for another one.
    refresh: coalesced(poll, isCurrent),
    requireKnown() {
      if (failure === undefined && isTrusted()) return;
      // Nothing was done for the request, whatever the reason.
      throw new StoreFailure("the change feed could not be read", true, failure?.error);
    },
  };
}

/** Fills in the server's defaults for settings that the app leaves out. */
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
