import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppCredentials, createApps } from "../../src/core/apps/apps.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { type App, type AppSettings, appKey } from "../../src/core/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { RefusedToken } from "../../src/core/tokens/refused-tokens.ts";
import { type Service, type ServiceParts, type ServiceSettings, startService } from "../../src/service.ts";
import { openStore, parseStoreUrl, type SharedStore } from "../../src/store/open.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemDigest } from "../../src/system/digest.ts";
import { systemRandom } from "../../src/system/random.ts";
import { startWorkers } from "../../src/workers/start-workers.ts";
import { type HeardEvents, hearEvents, type SilentThread } from "./events.ts";
import { heldStore } from "./held-store.ts";
import { sharedMariadb } from "./mariadb.ts";
import { quickPasswords } from "./quick-passwords.ts";

/**
 * A real server on its own port, on a new store with one app, `org/app`, which has no rate limit unless the test sets
 * one. `TEST_ENGINE` selects the store, so that all of test/wire/ runs on every engine. With `TEST_WORKERS` several
 * threads serve, unless a test passes parts of its own.
 */
export interface TestService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** `origin` with the app's prefix. */
  readonly base: string;
  readonly app: App;
  readonly credentials: AppCredentials;
  readonly store: Store;
  readonly failed: Promise<Error>;
  /** @param operatorKey as in Service */
  reread(operatorKey?: string): void;
  /** Faults inside the server. A test that expects none checks that it is empty. */
  readonly faults: readonly unknown[];
  /** Threads that did not respond in time. */
  readonly silences: readonly SilentThread[];
  /** Events about refused external tokens. */
  readonly refusedTokens: readonly RefusedToken[];
  /** A second app on the same server. */
  addApp(
    key: string,
    settings?: Partial<AppSettings>,
  ): Promise<{ app: App; credentials: AppCredentials; base: string }>;
  /** Like `usermeta app set` beside the running server: takes effect within a second. */
  setApp(settings: Partial<AppSettings>): Promise<void>;
}

export interface TestServiceOptions {
  readonly app?: Partial<AppSettings>;
  readonly settings?: Partial<ServiceSettings>;
  readonly parts?: Partial<Omit<ServiceParts, "store" | "events">>;
  /** Lets a test hold sets before they reach the store: see held-store.ts. */
  readonly gate?: SharedArrayBuffer;
  /** Wraps the store. */
  readonly wrap?: (store: Store) => Store;
  readonly engine?: string;
  /** An existing store instead of a new one. */
  readonly storeUrl?: string;
  readonly workers?: number;
  /** How long a worker may fail to respond, in ms. */
  readonly silentMaxMs?: number;
}

const APP_KEY = "org/app";

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  await using stack = new AsyncDisposableStack();
  const { storeUrl, engine = process.env.TEST_ENGINE ?? "memory" } = options;
  const store = await (storeUrl === undefined ? openTestStore(stack, engine) : open(storeUrl));
  const apps = createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
  const create = async (text: string, settings: Partial<AppSettings>) => {
    const key = appKey(text);
    if (key === undefined) throw new Error(`not an app key: ${text}`);
    const created = await apps.create(key, settings);
    if (created === "taken") throw new Error(`${text} is there already`);
    return created;
  };
  const { app, credentials } = await create(APP_KEY, { ratePerSecond: 0, ...options.app });
  const heard = hearEvents();
  const settings: ServiceSettings = {
    hostname: "127.0.0.1",
    port: 0,
    defaults: { limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 }, registration: "authorised" },
    operatorKey: undefined,
    trustedProxies: [],
    ...options.settings,
  };
  const service = stack.use(await startServing(options, settings, store, heard.events));
  const origin = service.url.origin;
  const owned = stack.move();
  return {
    origin,
    base: `${origin}/${APP_KEY}`,
    app,
    credentials,
    store,
    failed: service.failed,
    reread: (operatorKey) => service.reload(operatorKey),
    faults: heard.faults,
    silences: heard.silences,
    refusedTokens: heard.refusedTokens,
    async addApp(key, appSettings = {}) {
      return { ...(await create(key, { ratePerSecond: 0, ...appSettings })), base: `${origin}/${key}` };
    },
    async setApp(appSettings) {
      await apps.set(app, appSettings);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const TEST_WORKER = new URL("./test-worker.ts", import.meta.url);
/** Small, so that cached entries are evicted all the time. */
const CACHE_BYTES = 65_536;
const STORE_TIMEOUT_MS = 10_000;

async function startServing(
  { gate, wrap, parts, silentMaxMs, workers = Number(process.env.TEST_WORKERS ?? 1) }: TestServiceOptions,
  settings: ServiceSettings,
  store: Store & Partial<SharedStore>,
  events: HeardEvents["events"],
): Promise<Service> {
  const { share } = store;
  // Functions cannot be sent to other threads; those call this thread for passwords.
  const { passwords = quickPasswords, drainMs: _, pages, ...others } = parts ?? {};
  const hasOwnParts = wrap !== undefined || Object.keys(others).length > 0;
  if (workers > 1 && share !== undefined && !hasOwnParts) {
    const gated = (...args: Parameters<SharedStore["share"]>) => {
      const shared = share(...args);
      return gate === undefined ? shared : { ...shared, share: { ...shared.share, gate } };
    };
    const needs = { settings, count: workers, cacheBytes: CACHE_BYTES, events, drainMs: 0, workerUrl: TEST_WORKER };
    return await startWorkers({
      ...needs,
      ...(silentMaxMs === undefined ? {} : { silentMaxMs }),
      parts: { passwords, pages },
      store: { ...store, share: gated },
    });
  }
  const wrapped = gate === undefined ? (wrap?.(store) ?? store) : heldStore(store, gate);
  return await startService(settings, { drainMs: 0, ...parts, store: wrapped, events });
}

async function openTestStore(stack: AsyncDisposableStack, engine: string): Promise<Store & Partial<SharedStore>> {
  if (engine === "memory") return await open("memory:");
  if (engine === "mysql") {
    const mariadb = await sharedMariadb();
    // These tests check the answers, not how soon a busy machine gives them.
    return await open(`${stack.use(await mariadb.freshDatabase()).url}?timeout=${STORE_TIMEOUT_MS}`);
  }
  if (engine !== "sqlite") throw new Error(`TEST_ENGINE: no engine called ${engine}`);
  const folder = await mkdtemp(join(tmpdir(), "usermeta-test-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return await open(`sqlite:${join(folder, "usermeta.db")}`);
}

async function open(text: string): Promise<Store & Partial<SharedStore>> {
  const location = parseStoreUrl(text);
  if (typeof location === "string") throw new Error(location);
  return await openStore(location, { exclusive: true, listen: "a test", cacheBytes: CACHE_BYTES });
}
