import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IdentitySettings, NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../../harness/service.ts";
import { AUDIENCE, signingPair } from "../../identity/jwt/key-server.ts";
import { APP_ID, CERTIFICATE } from "../../identity/vendors/agora-tokens.ts";
import { CLIENT_ID, CLIENT_SECRET } from "../../identity/vendors/dynamic-tokens.ts";

export const ISSUER = "https://id.example";

/** Signs for the provider whose tokens the app takes. */
export const providerPair = signingPair(ISSUER, "ES256", "one");

/** A service whose app takes Agora's tokens and dynamic tokens, and the files that it verifies them by. */
export interface TrustedApp extends AsyncDisposable {
  readonly service: TestService;
  readonly identity: IdentitySettings;
  writeCertificates(...certificates: readonly string[]): Promise<void>;
}

export async function startTrustedApp(
  settings: Partial<IdentitySettings> = {},
  options: TestServiceOptions = {},
): Promise<TrustedApp> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-test-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const certificateFile = join(folder, "certificates");
  const clientSecretFile = join(folder, "secrets");
  const writeCertificates = (...certificates: readonly string[]): Promise<void> =>
    writeFile(certificateFile, `${certificates.join("\n")}\n`);
  await writeCertificates(CERTIFICATE);
  await writeFile(clientSecretFile, CLIENT_SECRET);
  const jwks = join(folder, "jwks.json");
  await writeFile(jwks, JSON.stringify({ keys: [(await providerPair).jwk] }));
  const identity: IdentitySettings = {
    ...NO_IDENTITY,
    agora: { appId: APP_ID, certificateFile },
    easemob: { clientId: CLIENT_ID, clientSecretFile },
    oidc: {
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks,
      algorithms: ["ES256"],
      userClaim: "sub",
      userClaimMap: "none",
      adminClaim: null,
      adminScope: "profiles:all",
    },
    ...settings,
  };
  const service = stack.use(await startTestService({ ...options, app: { identity, ...options.app } }));
  const owned = stack.move();
  return { service, identity, writeCertificates, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
