import { type Admin, signIn } from "../harness/client.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness/service.ts";
import { type Gateway, startGateway } from "./gateway-nginx.ts";

const NGINX = Bun.which("nginx", { PATH: `${process.env.PATH}:/usr/sbin` });

/** True when the nginx of docs/GATEWAY.md cannot be run here; has said so. */
export function gatewayIsLeftOut(): boolean {
  const isThere = NGINX !== null && Bun.which("openssl") !== null;
  return isLeftOut(isThere, "nginx or openssl is not installed: the gateway of docs/GATEWAY.md");
}

/** usermeta behind the document's nginx. Tokens and users are made directly: through the gateway they are hosted. */
export interface GatewaySetting extends AsyncDisposable {
  readonly service: TestService;
  readonly gateway: Gateway;
  /** Of the app, through the gateway. */
  readonly base: string;
  readonly admin: Admin;
}

export async function startGatewaySetting(options: TestServiceOptions = {}): Promise<GatewaySetting> {
  await using stack = new AsyncDisposableStack();
  const settings = { trustedProxies: ["127.0.0.1"], ...options.settings };
  const service = stack.use(await startTestService({ ...options, settings }));
  const gateway = stack.use(await startGateway(NGINX ?? "nginx", service.origin));
  const admin = await signIn(service);
  const owned = stack.move();
  return {
    service,
    gateway,
    base: `${gateway.origin}/${service.app.key}`,
    admin,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
