import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import { type App, userName } from "../../src/core/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Admin, signIn } from "../harness/client.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness/service.ts";
import { launchChromium } from "./chromium.ts";
import { standInForChannel } from "./message-channel.ts";
import { servePage } from "./page-server.ts";
import type { SdkBuild } from "./sdk-builds.ts";
import { connectSdk, type SdkConnection } from "./sdk-connection.ts";
import { type SentRequest, watchTraffic } from "./traffic.ts";

/** A fresh server, and a fresh connection of the SDK to it. */
export interface OpenedSdk extends AsyncDisposable {
  readonly sdk: SdkConnection;
  readonly service: TestService;
  /** The app's backend, which speaks to the server without the SDK. */
  readonly admin: Admin;
  readonly build: SdkBuild;
  /** What the page has sent to this server. */
  sent(): readonly SentRequest[];
  /** A user without a password, and the SDK logged in as that user. */
  logInAs(username: string): Promise<void>;
}

export type OpenSdk = (options?: TestServiceOptions) => Promise<OpenedSdk>;

/**
 * One browser and one page for the calling test file; each call of the function returned opens a server on a port of
 * its own, which is a new origin to the browser: nothing that it remembers of another one counts.
 */
export function prepareSdk(build: SdkBuild): OpenSdk {
  const prepared = new AsyncDisposableStack();
  const errors: unknown[] = [];
  let open: OpenSdk = () => Promise.reject(new Error("the page is not there yet"));

  beforeAll(async () => {
    const server = prepared.use(await servePage(build));
    const browser = await launchChromium();
    prepared.defer(() => browser.close());
    const page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(error));
    const traffic = await watchTraffic(page);
    await standInForChannel(page);
    await page.goto(server.url);
    open = async (options) => {
      await using stack = new AsyncDisposableStack();
      const service = stack.use(await startTestService(options));
      const sdk = stack.use(await connectSdk(page, build, service.origin));
      const admin = await signIn(service);
      const owned = stack.move();
      return {
        sdk,
        service,
        admin,
        build,
        sent: () => traffic.filter(({ url }) => url.origin === service.origin),
        async logInAs(username) {
          const outcome = await sdk.logInWithToken(username, await admin.newUser(username));
          if (!("resolved" in outcome)) throw new Error(`no login: ${JSON.stringify(outcome)}`);
        },
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      };
    };
  });
  // An answer that the SDK cannot digest throws inside its callbacks, and the promise it gave never settles.
  afterEach(() => expect(errors.splice(0)).toEqual([]));
  afterAll(() => prepared.disposeAsync());
  return (options) => open(options);
}

/** The attributes that are in the store, past the wire; undefined: no such user. */
export async function stored(service: { store: Store; app: App }, username: string): Promise<unknown> {
  const name = userName(username);
  if (name === undefined) throw new Error(`not a username: ${username}`);
  const attributes = await service.store.attributes(service.app.number, name);
  return attributes === undefined ? undefined : JSON.parse(attributes.json);
}
