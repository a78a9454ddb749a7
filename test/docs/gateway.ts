import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartedProcess } from "../../bench/measure/started-process.ts";
import { eventually } from "../harness/eventually.ts";
import { lastingPort } from "../harness/lasting-port.ts";
import { caddyCommand } from "./gateway-caddy.ts";
import { makeCertificate } from "./gateway-certificate.ts";
import { GATEWAY_HOST, type GatewayCommand, type GatewayEnvironment, HOSTED_HOST } from "./gateway-environment.ts";
import { startHostedService } from "./gateway-hosted.ts";
import { nginxCommand } from "./gateway-nginx.ts";
import { startNameServer } from "./name-server.ts";

/** A real gateway with the file that docs/GATEWAY.md prints, before a usermeta and a stand-in for the hosted service. */
export interface Gateway extends AsyncDisposable {
  /** Without TLS. */
  readonly origin: string;
  /** `https://127.0.0.1:PORT`, with the certificate of `GATEWAY_HOST`. */
  readonly secureOrigin: string;
  /** PEM, vouches for the gateway. */
  readonly certificate: string;
  /** The access log, as it is now. */
  log(): Promise<string>;
}

/** The programs whose recipes are run. */
export const GATEWAYS = ["nginx", "caddy"] as const;
export type GatewayName = (typeof GATEWAYS)[number];

const COMMANDS: Readonly<
  Record<GatewayName, (program: string, environment: GatewayEnvironment) => Promise<GatewayCommand>>
> = {
  nginx: nginxCommand,
  caddy: caddyCommand,
};

/** @param usermeta where usermeta listens, `http://127.0.0.1:PORT` */
export async function startGateway(name: GatewayName, program: string, usermeta: string): Promise<Gateway> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-gateway-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [own, hosted] = [await makeCertificate(folder, GATEWAY_HOST), await makeCertificate(folder, HOSTED_HOST)];
  const { port: hostedPort } = stack.use(await startHostedService(hosted));
  const { port: namesPort } = stack.use(await startNameServer());
  const [port, securePort] = [await lastingPort(), await lastingPort()];
  const log = join(folder, "access.log");
  const usermetaHost = new URL(usermeta).host;
  const environment = { folder, log, port, securePort, own, hosted, hostedPort, namesPort, usermetaHost };
  const { command, env } = await COMMANDS[name](program, environment);
  const running = stack.use(new StartedProcess(command, { folder, env }));
  const origin = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (running.hasExited) throw running.failure("has ended");
    await fetch(origin);
  });
  const owned = stack.move();
  return {
    origin,
    secureOrigin: `https://127.0.0.1:${securePort}`,
    certificate: await readFile(own.file, "utf8"),
    log: () => readFile(log, "utf8"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
