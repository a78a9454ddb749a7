import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { installExample } from "../harness/installed-example.ts";
import { chromiumMissing, launchChromium } from "../sdk/chromium.ts";
import { CHANNEL_URL, standInForChannel } from "../sdk/message-channel.ts";
import { type SentRequest, watchTraffic } from "../sdk/traffic.ts";
import { bundleKitPage } from "./kit-bundle.ts";
import { type ServedBundle, serveBundle } from "./serve-bundle.ts";

/** The server's addresses, as an app with a kit needs them. */
export interface ServerAddress {
  /** The kit's REST address, without a path. */
  readonly restUrl: string;
  /** `org#app` */
  readonly appKey: string;
}

/** The user of the kit, and the users to show. */
export interface KitSession {
  readonly user: string;
  readonly token: string;
  /** Users to put into the kit's stores. */
  readonly contacts: readonly string[];
}

/** A kit in a fresh page, without state from other tests. */
export interface OpenedKit extends AsyncDisposable {
  readonly page: Page;
  /** The page's requests to the REST address, except preflights. */
  sent(): readonly SentRequest[];
  /** Other hosts that the page tried to reach; the requests were blocked. */
  readonly outside: ReadonlySet<string>;
}

/** The page reads all of it, and `msyncUrl`, from `globalThis.SETTINGS`. */
export type OpenKit = (server: ServerAddress, session: KitSession) => Promise<OpenedKit>;

const SIZE = { width: 1200, height: 800 };

/** The reason why tests with a kit have to be skipped on this machine; undefined if they can run. */
export async function kitMissing(example: string): Promise<string | undefined> {
  return chromiumMissing() ?? (await installExample(example)).missing;
}

/**
 * One browser and one bundle for the calling test file, which must have called `kitMissing`. After each test, fails if
 * a page has thrown an uncaught error.
 *
 * @param example the folder in `examples/` that pins the kit's version
 * @param script the path of the page's script, which mounts the kit in `#root`
 */
export function prepareKit(example: string, script: string): OpenKit {
  const errors: Error[] = [];
  let browser: Browser;
  let served: ServedBundle;

  beforeAll(async () => {
    served = serveBundle(await bundleKitPage(example, script));
    browser = await launchChromium();
  });
  afterEach(() => expect(errors.splice(0)).toEqual([]));
  afterAll(async () => {
    await browser.close();
    await served[Symbol.asyncDispose]();
  });

  return async ({ restUrl, appKey }, session) => {
    const settings = { restUrl, appKey, msyncUrl: CHANNEL_URL, ...session };
    const context = await browser.newContext({ viewport: SIZE });
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error));
    const traffic = await watchTraffic(page);
    const outside = await keepInside(page);
    await standInForChannel(page);
    await page.addInitScript(`globalThis.SETTINGS = ${JSON.stringify(settings)};`);
    await page.goto(served.url);
    return {
      page,
      outside,
      sent: () => traffic.filter(({ method, url }) => url.origin === new URL(restUrl).origin && method !== "OPTIONS"),
      [Symbol.asyncDispose]: () => context.close(),
    };
  };
}

/** Blocks the page's requests to other machines, and records their hosts. */
async function keepInside(page: Page): Promise<ReadonlySet<string>> {
  const outside = new Set<string>();
  await page.route(
    ({ protocol, hostname }) => protocol.startsWith("http") && hostname !== "127.0.0.1",
    async (route) => {
      outside.add(new URL(route.request().url()).hostname);
      await route.abort();
    },
  );
  return outside;
}
