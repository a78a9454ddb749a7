import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartedProcess } from "../../bench/measure/started-process.ts";
import { eventually } from "../harness/eventually.ts";
import { lastingPort } from "../harness/lasting-port.ts";
import { makeCertificate } from "./gateway-certificate.ts";
import { type HostedService, startHostedService } from "./gateway-hosted.ts";
import { readRecipe, withLines } from "./gateway-recipe.ts";

/** A real nginx with the file that docs/GATEWAY.md prints, before a usermeta and a stand-in for the hosted service. */
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

export const GATEWAY_HOST = "chat.example.com";
export const HOSTED_HOST = "a1.easemob.com";

/** @param usermeta where usermeta listens, `http://127.0.0.1:PORT` */
export async function startGateway(program: string, usermeta: string): Promise<Gateway> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-gateway-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [own, hosted] = [await makeCertificate(folder, GATEWAY_HOST), await makeCertificate(folder, HOSTED_HOST)];
  const service = stack.use(await startHostedService(hosted));
  const [port, securePort] = [await lastingPort(), await lastingPort()];
  const log = join(folder, "access.log");
  const recipe = withLines(readRecipe("nginx"), {
    "server 127.0.0.1:8080;": `server ${new URL(usermeta).host};`,
    // The text is run with TLS and without: most of a test needs to see plain bytes.
    "listen 443 ssl;": `listen 127.0.0.1:${securePort} ssl; listen 127.0.0.1:${port};`,
    "ssl_certificate     /etc/nginx/tls/chat.example.com.pem;": `ssl_certificate ${own.file};`,
    "ssl_certificate_key /etc/nginx/tls/chat.example.com.key;": `ssl_certificate_key ${own.keyFile};`,
    "access_log /var/log/nginx/chat.example.com.log gateway;": `access_log ${log} gateway;`,
    "proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;": `proxy_ssl_trusted_certificate ${hosted.file};`,
  });
  const file = join(folder, "nginx.conf");
  await writeFile(file, configuration(folder, recipe, service));
  const nginx = stack.use(new StartedProcess([program, "-p", folder, "-e", "stderr", "-c", file], { folder }));
  const origin = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (nginx.hasExited) throw nginx.failure("has ended");
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

/** The text that Debian's own nginx.conf has around the file, and the address of the hosted service's name. */
function configuration(folder: string, recipe: string, hosted: HostedService): string {
  return `
${process.getuid?.() === 0 ? "user root;" : ""}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  gzip on;
  upstream ${HOSTED_HOST} { server 127.0.0.1:${hosted.port}; }
${recipe}
}
`;
}
