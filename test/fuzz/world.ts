/** A server with three small apps, and the fuzzer's knowledge of them. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DIALECTS, type Dialect } from "../../src/core/model.ts";
import { type Admin, send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { quickPasswords } from "../harness/quick-passwords.ts";
import type { TestService } from "../harness/service.ts";
import { appToken, CERTIFICATE, userToken } from "../identity/vendors/agora-tokens.ts";
import { CLIENT_SECRET, dynamicToken } from "../identity/vendors/dynamic-tokens.ts";
import { providerPair, startTrustedApp } from "../wire/identity/trusted-app.ts";
import type { AppName, BearerName } from "./grammar/step.ts";
import { KnownUsers } from "./known-users.ts";
import { requireExt } from "./require-ext.ts";

export interface WorldApp {
  readonly key: string;
  readonly id: string;
  readonly dialect: Dialect;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userBytesMax: number;
  readonly appBytesMax: number;
  /** An `ext` must be the text of a JSON object. */
  readonly checksExt: boolean;
  /** Some calls hit the rate limit, so not all state is known. */
  readonly isRated: boolean;
  readonly users: KnownUsers;
  readonly bearers: Map<BearerName, string>;
  /** Expires at `until`, ms since 1970. */
  readonly brief: { readonly token: string; readonly until: number };
  /** The cursor of a page of users. */
  cursor: string;
}

export interface World extends AsyncDisposable {
  readonly service: TestService;
  readonly port: number;
  readonly apps: Readonly<Record<AppName, WorldApp>>;
  readonly passwords: ReadonlyMap<string, string>;
  /** Texts that no answer may contain unless the request did. */
  secrets(): readonly string[];
}

type Made = Awaited<ReturnType<TestService["addApp"]>>;

const OPERATOR_KEY = `operator-${randomBytes(8).toString("hex")}`;
/** External tokens outlive the longest run. */
const FAR_S = 86_400;
/** More than the lifetime of a brief token, one second. */
const BRIEF_MS = 2000;

const SETTINGS = {
  narrow: {
    userBytesMax: 600,
    appBytesMax: 1500,
    batchMax: 5,
    dialect: "2021",
    conflicts: "refuse",
    checkExt: false,
    registration: "authorised",
    ratePerSecond: 0,
  },
  wide: {
    userBytesMax: 262_144,
    appBytesMax: 400_000,
    batchMax: 3,
    dialect: "2026",
    conflicts: "merge",
    checkExt: true,
    registration: "open",
    ratePerSecond: 0,
  },
  rated: {
    userBytesMax: 100,
    appBytesMax: 150,
    batchMax: 5,
    dialect: "2021",
    conflicts: "merge",
    checkExt: false,
    registration: "open",
    ratePerSecond: 10,
  },
} as const;

export async function startWorld(engine: string): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const trusted = stack.use(
    await startTrustedApp(
      {},
      {
        engine,
        workers: 1,
        app: SETTINGS.narrow,
        settings: { operatorKey: OPERATOR_KEY, trustedProxies: ["127.0.0.1"] },
        parts: { passwords: quickPasswords },
      },
    ),
  );
  const { service } = trusted;
  const made: Readonly<Record<AppName, Made>> = {
    narrow: { app: service.app, credentials: service.credentials, base: service.base },
    wide: await service.addApp("org/wide", SETTINGS.wide),
    rated: await service.addApp("org/rated", SETTINGS.rated),
  };
  const admins = {
    narrow: await signIn(made.narrow),
    wide: await eventually(() => signIn(made.wide)),
    rated: await eventually(() => signIn(made.rated)),
  };
  const appOf = async (name: AppName): Promise<WorldApp> => {
    const { app, credentials } = made[name];
    const { userBytesMax, appBytesMax, dialect, checkExt } = SETTINGS[name];
    const bearers = new Map(await bearersOf(name, admins));
    const brief = { token: await briefToken(made[name]), until: Date.now() + BRIEF_MS };
    return {
      key: app.key,
      id: app.id,
      dialect,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      userBytesMax,
      appBytesMax,
      checksExt: checkExt,
      isRated: name === "rated",
      users: new KnownUsers(checkExt ? requireExt : undefined),
      bearers,
      brief,
      cursor: "",
    };
  };
  const apps = { narrow: await appOf("narrow"), wide: await appOf("wide"), rated: await appOf("rated") };
  for (const name of ["ada", "bob"]) await eventually(() => admins.rated.newUser(name));
  const passwords = new Map(
    ["ada", "bob", "cyd"].map((name) => [name, `pw-${name}-${randomBytes(8).toString("hex")}`]),
  );
  const fixed = [
    OPERATOR_KEY,
    CERTIFICATE,
    CLIENT_SECRET,
    ...Object.values(made).map(({ credentials }) => credentials.clientSecret),
    ...passwords.values(),
  ];
  const owned = stack.move();
  return {
    service,
    port: Number(new URL(service.origin).port),
    apps,
    passwords,
    secrets: () => [...fixed, ...Object.values(apps).flatMap(({ bearers }) => [...bearers.values()])],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function briefToken({ base, credentials: { clientId, clientSecret } }: Made): Promise<string> {
  const json = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, ttl: 1 };
  return (await send("POST", `${base}/token`, { json })).body.access_token;
}

async function bearersOf(
  name: AppName,
  admins: Readonly<Record<AppName, Admin>>,
): Promise<readonly (readonly [BearerName, string])[]> {
  const jwt = async (sub: string, more: object = {}): Promise<string> =>
    await (await providerPair).sign({ sub, exp: Math.floor(Date.now() / 1000) + FAR_S, ...more });
  return [
    ["admin", admins[name].token],
    ["operator", OPERATOR_KEY],
    ["other app's admin", admins[name === "wide" ? "narrow" : "wide"].token],
    ["agora user", userToken("ada", FAR_S)],
    ["agora admin", appToken(FAR_S)],
    ["dynamic", dynamicToken({ user: "ada", ttl: FAR_S })],
    ["jwt", await jwt("ada")],
    ["jwt admin", await jwt("ada", { scope: "profiles:all" })],
    ["jwt of an unknown user", await jwt("eve")],
  ];
}

export function dialectsOf(app: WorldApp | undefined): readonly Dialect[] {
  return app === undefined ? DIALECTS : [app.dialect];
}

/** The checkout's path, which no answer may contain. */
export const CHECKOUT = join(import.meta.dir, "../..");
