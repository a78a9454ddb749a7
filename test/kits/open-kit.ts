import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { installExample } from "../harness/installed-example.ts";
import { chromiumMissing, launchChromium } from "../sdk/chromium.ts";
import { CHANNEL_URL, standInForChannel } from "../sdk/message-channel.ts";
import { type SentRequest, watchTraffic } from "../sdk/traffic.ts";
import { bundleKitPage } from "./kit-bundle.ts";
import { type ServedBundle, serveBundle } from "./serve-bundle.ts";

/** What the app of a kit must know of its server. */
export interface ServerAddress {
  /** Where the kit finds REST, without a path. */
  readonly restUrl: string;
  /** `org#app` */
  readonly appKey: string;
}

/** Who looks at the kit, and whom it is to show. */
export interface KitSession {
  readonly user: string;
  readonly token: string;
  /** Users that are put into the kit's stores. */
  readonly contacts: readonly string[];
}

/** A kit in a page of its own, with nothing left over from another one. */
export interface OpenedKit extends AsyncDisposable {
  readonly page: Page;
  /** What the page has sent to the REST address; preflights are not among it. */
  sent(): readonly SentRequest[];
  /** Hosts elsewhere that the page asked for something; nothing has reached them. */
  readonly outside: ReadonlySet<string>;
}

/** The page finds all of it, and `msyncUrl`, in `globalThis.SETTINGS`. */
export type OpenKit = (server: ServerAddress, session: KitSession) => Promise<OpenedKit>;

const SIZE = { width: 1200, height: 800 };

/** Why tests with a kit must be left out on this machine; undefined: they need not. */
export async function kitMissing(example: string): Promise<string | undefined> {
  return chromiumMissing() ?? (await installExample(example)).missing;
}

/**
 * One browser and one bundle for the calling test file, which must have asked `kitMissing`. After each test, no page may
 * have thrown anything that nothing caught.
 *
 * @param example the folder in `examples/` that pins the kit
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

/** Lets the page reach this machine only, and collects the other hosts that it asks for. */
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
