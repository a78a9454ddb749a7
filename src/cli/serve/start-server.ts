import type { Config, ConfiguredApp } from "../../config/config.ts";
import { addressText } from "../../config/values.ts";
import { type Apps, createApps } from "../../core/apps/apps.ts";
import type { OperatorEvents } from "../../ops/events.ts";
import type { Service } from "../../service.ts";
import type { StoreLocation } from "../../store/open.ts";
import { systemClock } from "../../system/clock.ts";
import { systemDigest } from "../../system/digest.ts";
import { systemRandom } from "../../system/random.ts";
import { usageError } from "../terminal/failure.ts";
import { type DemoApp, prepareDemoApp } from "./demo-app.ts";
import { listenFailure, reachableUrl } from "./listening.ts";
import { createPageBuild } from "./pages/page-build.ts";
import { openServedStore, startServing } from "./serving.ts";

/** A running server with everything that it owns. */
export interface StartedServer extends AsyncDisposable {
  readonly service: Service;
  /** Its URL from this machine, without a slash at the end. */
  readonly url: string;
  readonly demo: DemoApp | undefined;
  readonly appCount: number;
  /** Whether `/-/docs` will be served. */
  readonly hasPages: boolean;
}

/** @param storeIsDefault the operator has not configured a store, so the server may create an app to try */
export async function startServer(
  config: Config,
  location: StoreLocation,
  storeIsDefault: boolean,
  events: OperatorEvents,
): Promise<StartedServer> {
  const { listen } = config;
  await using stack = new AsyncDisposableStack();
  const store = await openServedStore(config, location, events);
  const holding = stack.use(new AsyncDisposableStack());
  holding.use(store);
  const apps = createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
  if (config.app !== undefined) await ensureApp(apps, config.app);
  const demo = config.app === undefined ? await prepareDemoApp(apps, location, storeIsDefault) : undefined;
  if (demo !== undefined) stack.use(demo);
  // Before anything else can fail: the secret is known only here.
  demo?.write(reachableUrl(new URL(`http://${addressText(listen)}`)));
  const appCount = (await apps.list()).length;

  // From here on the service owns the store.
  holding.move();
  const pages = stack.use(createPageBuild(events));
  const service = await startServing(config, store, events, pages).catch((error) => {
    throw listenFailure(error, listen) ?? error;
  });
  stack.use(service);
  pages.begin();
  const url = reachableUrl(service.url);
  demo?.write(url);
  const owned = stack.move();
  const hasPages = pages.isPossible;
  return { service, url, demo, appCount, hasPages, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function ensureApp(apps: Apps, { key, clientId, clientSecret }: ConfiguredApp): Promise<void> {
  const ensured = await apps.ensure(key, { clientId, clientSecret: clientSecret.reveal() });
  if (ensured === "another secret") {
    throw usageError(`USERMETA_APP: ${key} exists with another client id or secret than those configured`);
  }
  if (ensured === "client id taken") throw usageError(`USERMETA_CLIENT_ID: ${clientId} belongs to another app`);
}
