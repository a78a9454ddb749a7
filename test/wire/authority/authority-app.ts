import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppCredentials } from "../../../src/core/apps/apps.ts";
import { type IdentitySettings, NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import type { App, AppSettings } from "../../../src/core/model.ts";
import { type Admin, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { BEHIND_PROXY } from "../../harness/from-address.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestClock, type TestClock } from "../../harness/test-clock.ts";
import { AUDIENCE } from "../../identity/jwt/key-server.ts";
import { APP_ID, CERTIFICATE } from "../../identity/vendors/agora-tokens.ts";
import { CLIENT_ID, CLIENT_SECRET } from "../../identity/vendors/dynamic-tokens.ts";
import { HostedService } from "../../identity/vendors/hosted-service.ts";
import { ISSUER, providerPair } from "../identity/trusted-app.ts";

/** A server on which any authority can be ended, and that takes a client's word for its address. */
export interface AuthorityServer extends AsyncDisposable {
  readonly service: TestService;
  /** Stands still unless `startAuthorityServer` was told that it must move: then there is one serving thread. */
  readonly clock: TestClock;
  /** With open registration, unless the settings say otherwise. */
  newApp(name: string, settings?: Partial<AppSettings>): Promise<AuthorityApp>;
}

/** An app that takes tokens of every kind, by files of its own. */
export interface AuthorityApp {
  readonly service: TestService;
  readonly app: App;
  readonly credentials: AppCredentials;
  readonly base: string;
  readonly admin: Admin;
  readonly operatorKey: string;
  readonly hosted: HostedService;
  /** So that there is something to remove. */
  giveAttributes(usernames: readonly string[]): Promise<void>;
  /** The named files get other content, and the server is told. */
  replaceFiles(content: Partial<FileContent>): Promise<void>;
}

interface FileContent {
  readonly certificate: string;
  readonly clientSecret: string;
  readonly keys: readonly unknown[];
}

/** How long the tokens of these tests are good for, and how long the hosted service's word is taken for them. */
export const TOKENS_LAST_MS = 600_000;
export const HOSTED_BELIEVED_MS = 60_000;

const BATCH_MAX = 100;
const OPERATOR_KEY = "operator-key-of-these-tests";

export async function startAuthorityServer({ movesClock = false } = {}): Promise<AuthorityServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-test-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const hosted = stack.use(new HostedService());
  const clock = createTestClock();
  const service = stack.use(
    await startTestService({
      settings: { ...BEHIND_PROXY, operatorKey: OPERATOR_KEY },
      parts: { passwords: quickPasswords, ...(movesClock ? { clock } : {}) },
    }),
  );
  const owned = stack.move();
  return {
    service,
    clock,
    async newApp(name, settings = {}) {
      const { paths, write } = await filesIn(join(folder, name));
      await write({ certificate: CERTIFICATE, clientSecret: CLIENT_SECRET, keys: [(await providerPair).jwk] });
      const added = await service.addApp(`org/${name}`, {
        registration: "open",
        tokenTtlSeconds: TOKENS_LAST_MS / 1000,
        identity: identityOf(paths, hosted.url),
        ...settings,
      });
      const admin = await eventually(() => signIn(added));
      return {
        ...added,
        service,
        admin,
        hosted,
        operatorKey: OPERATOR_KEY,
        async giveAttributes(usernames) {
          for (let at = 0; at < usernames.length; at += BATCH_MAX) {
            const targets = Object.fromEntries(
              usernames.slice(at, at + BATCH_MAX).map((name) => [name, { early: "1" }]),
            );
            await send("POST", `${added.base}/metadata/user/set`, { token: OPERATOR_KEY, json: { targets } });
          }
        },
        async replaceFiles(content) {
          await write(content);
          service.reread();
        },
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type FilePaths = Readonly<Record<keyof FileContent, string>>;

async function filesIn(folder: string) {
  await mkdir(folder);
  const paths: FilePaths = {
    certificate: join(folder, "certificates"),
    clientSecret: join(folder, "secrets"),
    keys: join(folder, "jwks.json"),
  };
  return {
    paths,
    async write({ certificate, clientSecret, keys }: Partial<FileContent>): Promise<void> {
      if (certificate !== undefined) await writeFile(paths.certificate, certificate);
      if (clientSecret !== undefined) await writeFile(paths.clientSecret, clientSecret);
      if (keys !== undefined) await writeFile(paths.keys, JSON.stringify({ keys }));
    },
  };
}

/** Without just-in-time provisioning: a deleted user's token names no user. */
function identityOf({ certificate, clientSecret, keys }: FilePaths, hostedUrl: string): IdentitySettings {
  return {
    ...NO_IDENTITY,
    createOnFirstUse: false,
    agora: { appId: APP_ID, certificateFile: certificate },
    easemob: { clientId: CLIENT_ID, clientSecretFile: clientSecret },
    oidc: {
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks: keys,
      algorithms: ["ES256"],
      userClaim: "sub",
      userClaimMap: "none",
      adminClaim: null,
      adminScope: "profiles:all",
    },
    hosted: { url: hostedUrl, cacheSeconds: HOSTED_BELIEVED_MS / 1000 },
  };
}
