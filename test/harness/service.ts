import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppCredentials, createApps } from "../../src/core/apps.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { type App, type AppSettings, appKey } from "../../src/core/model.ts";
import type { Store } from "../../src/core/ports.ts";
import { type ServiceParts, type ServiceSettings, startService } from "../../src/service.ts";
import { openStore, parseStoreUrl } from "../../src/store/open.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemDigest } from "../../src/system/digest.ts";
import { systemRandom } from "../../src/system/random.ts";
import { hearEvents } from "./events.ts";

/**
 * A real server on a port of its own, on a fresh store with one app, `org/app`, that has no rate limit unless the
 * test gives it one. `TEST_ENGINE` picks the store, so that the whole of test/wire/ runs on every engine.
 */
export interface TestService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** `origin` and the app's prefix. */
  readonly base: string;
  readonly app: App;
  readonly credentials: AppCredentials;
  readonly store: Store;
  /** What went wrong inside; a test that expects none checks that it is empty. */
  readonly faults: readonly unknown[];
  /** A second app on the same server. */
  addApp(
    key: string,
    settings?: Partial<AppSettings>,
  ): Promise<{ app: App; credentials: AppCredentials; base: string }>;
  /** As `usermeta app set` beside the running server: in force within a second. */
  setApp(settings: Partial<AppSettings>): Promise<void>;
}

export interface TestServiceOptions {
  readonly app?: Partial<AppSettings>;
  readonly settings?: Partial<ServiceSettings>;
  readonly parts?: Partial<Omit<ServiceParts, "store" | "events">>;
  /** Puts something between the rules and the store: see held-store.ts. */
  readonly wrap?: (store: Store) => Store;
  readonly engine?: string;
}

const APP_KEY = "org/app";

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  await using stack = new AsyncDisposableStack();
  const store = await openTestStore(stack, options.engine ?? process.env.TEST_ENGINE ?? "memory");
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
  const wrapped = options.wrap?.(store) ?? store;
  const service = stack.use(
    await startService(settings, { drainMs: 0, ...options.parts, store: wrapped, events: heard.events }),
  );
  const origin = service.url.origin;
  const owned = stack.move();
  return {
    origin,
    base: `${origin}/${APP_KEY}`,
    app,
    credentials,
    store,
    faults: heard.faults,
    async addApp(key, appSettings = {}) {
      return { ...(await create(key, { ratePerSecond: 0, ...appSettings })), base: `${origin}/${key}` };
    },
    async setApp(appSettings) {
      await apps.set(app, appSettings);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openTestStore(stack: AsyncDisposableStack, engine: string): Promise<Store> {
  if (engine === "memory") return await open("memory:");
  if (engine !== "sqlite") throw new Error(`TEST_ENGINE: no engine called ${engine}`);
  const folder = await mkdtemp(join(tmpdir(), "usermeta-test-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return await open(`sqlite:${join(folder, "usermeta.db")}`);
}

async function open(text: string): Promise<Store> {
  const location = parseStoreUrl(text);
  if (typeof location === "string") throw new Error(location);
  return await openStore(location, { exclusive: true, listen: "a test" });
}
