import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { APP_KEY } from "../harness/usermeta-process.ts";
import { AUDIENCE, signingPair } from "../identity/jwt/key-server.ts";
import { hostedToken } from "../identity/vendors/hosted-service.ts";
import { onFile } from "./on-file.ts";
import { SilentService } from "./silent-service.ts";
import type { StopState } from "./stop-state.ts";
import { WaitingCallers } from "./waiting-callers.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** Other services that a server waits for. */
export const OUTSIDE_STATES: readonly StopState[] = [
  withSilentService(
    "an identity provider that does not answer",
    (url) => [`--oidc-issuer=${url}`, `--oidc-audience=${AUDIENCE}`, `--oidc-jwks=${url}/jwks`],
    async (url) => {
      const pair = await signingPair(url, "ES256", "one");
      return () => pair.sign({}, { kid: randomUUID() });
    },
  ),
  withSilentService(
    "a hosted service that does not answer",
    (url) => [`--hosted-url=${url}/${APP_KEY}`],
    async () => async () => hostedToken(randomUUID()),
  ),
];

function withSilentService(
  name: string,
  flags: (url: string) => readonly string[],
  tokensOf: (url: string) => Promise<() => Promise<string>>,
): StopState {
  return {
    name,
    prepare: () =>
      onFile(async (path, stack) => {
        const service = stack.use(await SilentService.start());
        const callers = stack.use(new AsyncDisposableStack());
        const token = await tokensOf(service.url);
        return {
          async before(server) {
            await setApp(`sqlite:${path}`, flags(service.url));
            callers.use(new WaitingCallers(await server.origin(), token));
            await service.asked;
          },
        };
      }),
  };
}

/** The server notices it on its own. */
async function setApp(store: string, flags: readonly string[]): Promise<void> {
  await using command = Bun.spawn([process.execPath, MAIN, "app", "set", APP_KEY, ...flags], {
    env: { ...process.env, USERMETA_STORE: store },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said = await command.stderr.text();
  if ((await command.exited) !== 0) throw new Error(said);
}
