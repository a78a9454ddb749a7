import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GatewayCommand, type GatewayEnvironment, HOSTED_HOST } from "./gateway-environment.ts";
import { readRecipe, withLines } from "./gateway-recipe.ts";

/** An nginx with the recipe of docs/GATEWAY.md. */
export async function nginxCommand(program: string, environment: GatewayEnvironment): Promise<GatewayCommand> {
  const { folder, log, port, securePort, own, hosted } = environment;
  const recipe = withLines(readRecipe("nginx"), {
    "server 127.0.0.1:8080;": `server ${environment.usermetaHost};`,
    "listen 443 ssl;": `listen 127.0.0.1:${securePort} ssl; listen 127.0.0.1:${port};`,
    "ssl_certificate     /etc/nginx/tls/chat.example.com.pem;": `ssl_certificate ${own.file};`,
    "ssl_certificate_key /etc/nginx/tls/chat.example.com.key;": `ssl_certificate_key ${own.keyFile};`,
    "access_log /var/log/nginx/chat.example.com.log gateway;": `access_log ${log} gateway;`,
    "proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;": `proxy_ssl_trusted_certificate ${hosted.file};`,
  });
  const file = join(folder, "nginx.conf");
  await writeFile(file, configuration(recipe, environment));
  return { command: [program, "-p", folder, "-e", "stderr", "-c", file], env: {} };
}

/** The text that Debian's own nginx.conf has around the file, and the address of the hosted service's name. */
function configuration(recipe: string, { folder, hostedPort }: GatewayEnvironment): string {
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
  upstream ${HOSTED_HOST} { server 127.0.0.1:${hostedPort}; }
${recipe}
}
`;
}
