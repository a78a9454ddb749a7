import type { ConfiguredApp } from "../../config/config.ts";
import { OPTION_KEYS } from "../../config/options.ts";
import { type Apps, createApps } from "../../core/apps.ts";
import { createEvents } from "../../ops/events.ts";
import { openLog } from "../../ops/log.ts";
import type { Service } from "../../service.ts";
import { systemClock } from "../../system/clock.ts";
import { systemDigest } from "../../system/digest.ts";
import { systemRandom } from "../../system/random.ts";
import type { Command } from "../command.ts";
import { storeLocation } from "../command-store.ts";
import { prepareDemoApp } from "../demo-app.ts";
import { mistaken, refused } from "../failure.ts";
import { addressText, checkHost, listenFailure, reachableUrl } from "../listening.ts";
import { openServedStore, startServing } from "../serving.ts";
import { startUpText } from "../start-up-text.ts";

export const serve: Command = {
  name: "serve",
  summary: "Serve until SIGTERM or SIGINT. On an empty default store it makes an app to try.",
  options: OPTION_KEYS,
  silent: true,
  async run({ loaded: { config, settings }, io }) {
    const stop = io.stopSignal();
    const { listen, defaults } = config;
    const events = createEvents(openLog(config.log, io.stderr));
    const location = storeLocation(config);
    await checkHost(listen);

    await using stack = new AsyncDisposableStack();
    const store = await openServedStore(config, location, events);
    const holding = stack.use(new AsyncDisposableStack());
    holding.use(store);
    const apps = createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
    if (config.app !== undefined) await ensureApp(apps, config.app);
    const storeIsDefault = settings.some(({ key, source }) => key === "store" && source === "default");
    const demo = config.app === undefined ? await prepareDemoApp(apps, location, storeIsDefault) : undefined;
    if (demo !== undefined) stack.use(demo);
    // Before anything else can fail: the secret is known only now.
    demo?.write(reachableUrl(new URL(`http://${addressText(listen)}`)));
    const appCount = (await apps.list()).length;

    // From here on the service owns the store.
    holding.move();
    const service = await startServing(config, store, events).catch((error) => {
      throw listenFailure(error, listen) ?? error;
    });
    stack.use(service);
    const server = reachableUrl(service.url);
    demo?.write(server);
    events.serving({ url: server, store: config.store, apps: appCount });
    const terminal = io.stdout.isTTY ?? false;
    io.stdout.write(startUpText({ server, location, demo, appCount, limits: defaults.limits, terminal }));

    const failure = await stopOrFailure(stop, service);
    if (failure === undefined) events.stopping();
    else events.storeFailed(failure);
    await stack.disposeAsync();
    events.stopped();
    if (failure !== undefined) throw refused(`the store cannot serve any more: ${failure.message}`);
    return undefined;
  },
};

async function ensureApp(apps: Apps, { key, clientId, clientSecret }: ConfiguredApp): Promise<void> {
  const ensured = await apps.ensure(key, { clientId, clientSecret: clientSecret.reveal() });
  if (ensured === "another secret") {
    throw mistaken(`USERMETA_APP: ${key} is there already, with another client id or secret than those configured`);
  }
  if (ensured === "client id taken") throw mistaken(`USERMETA_CLIENT_ID: ${clientId} belongs to another app`);
}

function stopOrFailure(signal: AbortSignal, service: Service): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) resolve(undefined);
  else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return Promise.race([service.failed, promise]);
}
