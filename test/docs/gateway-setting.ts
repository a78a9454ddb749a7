import { type Admin, signIn } from "../harness/client.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness/service.ts";
import { type Gateway, type GatewayName, startGateway } from "./gateway.ts";

function programOf(name: GatewayName): string | null {
  return Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin` });
}

/** True when this gateway of docs/GATEWAY.md cannot be run here; has said so. */
export function gatewayIsLeftOut(name: GatewayName): boolean {
  const isThere = programOf(name) !== null && Bun.which("openssl") !== null;
  return isLeftOut(isThere, `${name} or openssl is not installed: the ${name} of docs/GATEWAY.md`);
}

/** usermeta behind a gateway of the document. Tokens and users are made directly: through the gateway they are hosted. */
export interface GatewaySetting extends AsyncDisposable {
  readonly service: TestService;
  readonly gateway: Gateway;
  /** Of the app, through the gateway. */
  readonly base: string;
  readonly admin: Admin;
}

export async function startGatewaySetting(
  name: GatewayName,
  options: TestServiceOptions = {},
): Promise<GatewaySetting> {
  await using stack = new AsyncDisposableStack();
  const settings = { trustedProxies: ["127.0.0.1"], ...options.settings };
  const service = stack.use(await startTestService({ ...options, settings }));
  const gateway = stack.use(await startGateway(name, programOf(name) ?? name, service.origin));
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
