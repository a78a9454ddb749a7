import type { JSHandle, Page } from "playwright-core";
import { CHANNEL_URL } from "./message-channel.ts";
import type { Outcome } from "./outcome.ts";
import type { SdkBuild } from "./sdk-builds.ts";

/** A connection object of the SDK, in the page. */
export interface SdkConnection extends AsyncDisposable {
  /** Calls any method of the SDK and waits for its promise. */
  call(method: string, ...args: readonly unknown[]): Promise<Outcome>;
  logIn(username: string, password: string): Promise<Outcome>;
  logInWithToken(username: string, token: string): Promise<Outcome>;
  token(): Promise<string>;
  /** Makes the SDK send another token from now on. */
  replaceToken(token: string): Promise<void>;
  /** Makes the SDK write to another user than the one who logged in. */
  replaceUser(username: string): Promise<void>;
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** What the page knows of the SDK's object; the types that come with the SDKs do not hold these fields. */
interface InPage {
  user: string;
  token: string;
  readonly context: { accessToken: string };
  /** Only of mini builds: where the plugins' methods are. */
  readonly contact?: Methods;
  readonly group?: Methods;
  readonly presence?: Methods;
  readonly silent?: Methods;
}

interface Invocation {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** @param origin of the server, as an app would give it to the SDK */
export async function connectSdk(page: Page, build: SdkBuild, origin: string): Promise<SdkConnection> {
  const options = {
    appKey: "org#app",
    apiUrl: origin,
    url: CHANNEL_URL,
    isHttpDNS: false,
    https: false,
  };
  const handle: JSHandle<InPage> = await page.evaluateHandle(connectInPage, options);
  const call = async (method: string, ...args: readonly unknown[]): Promise<Outcome> =>
    JSON.parse(await handle.evaluate(callInPage, { method, args }));
  const { credentials } = build;
  return {
    call,
    logIn: (username, password) => call("open", { [credentials.user]: username, [credentials.password]: password }),
    logInWithToken: (username, accessToken) => call("open", { [credentials.user]: username, accessToken }),
    token: () => handle.evaluate((sdk) => sdk.context.accessToken),
    replaceToken: (token) =>
      handle.evaluate((sdk, other) => {
        sdk.token = other;
        sdk.context.accessToken = other;
      }, token),
    replaceUser: (username) =>
      handle.evaluate((sdk, other) => {
        sdk.user = other;
      }, username),
    async [Symbol.asyncDispose]() {
      await call("close");
      await handle.dispose();
    },
  };
}

// The functions below run in the page: nothing of this file is in their reach.

function connectInPage(options: unknown): InPage {
  // as: page-server.ts puts it there
  return (globalThis as unknown as { connect(options: unknown): InPage }).connect(options);
}

/** The outcome goes over as JSON text, so that it is what the page saw and not what the way over makes of it. */
async function callInPage(sdk: InPage, { method, args }: Invocation): Promise<string> {
  const withoutMeasurements = (key: string, value: unknown) => (key === "extraInfo" ? undefined : value);
  // as: which methods there are is the SDK's business
  const owners = [sdk, sdk.contact, sdk.group, sdk.presence, sdk.silent] as readonly (Methods | undefined)[];
  const owner = owners.find((each) => each !== undefined && method in each);
  if (owner === undefined) return JSON.stringify({ thrown: `there is no ${method}` });
  try {
    return JSON.stringify({ resolved: await owner[method]?.(...args) }, withoutMeasurements);
  } catch (error) {
    if (error instanceof Error) return JSON.stringify({ thrown: String(error) });
    return JSON.stringify({ rejected: error }, withoutMeasurements);
  }
}
