import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GATEWAY_HOST, type GatewayCommand, type GatewayEnvironment, HOSTED_HOST } from "./gateway-environment.ts";
import { readRecipe, withLines } from "./gateway-recipe.ts";

/** A Caddy with the recipe of docs/GATEWAY.md. It trusts the hosted service's certificate alone. */
export async function caddyCommand(program: string, environment: GatewayEnvironment): Promise<GatewayCommand> {
  const { folder, log, port, securePort, own, hosted, hostedPort, namesPort } = environment;
  const siteWith = (firstLine: string): string =>
    withLines(readRecipe("caddy"), {
      [`${GATEWAY_HOST} {`]: firstLine,
      "output file /var/log/caddy/chat.example.com.log": `output file ${log}`,
      "reverse_proxy 127.0.0.1:8080 {": `reverse_proxy ${environment.usermetaHost} {`,
      [`reverse_proxy https://${HOSTED_HOST} {`]: `reverse_proxy https://${HOSTED_HOST}:${hostedPort} {`,
      "dial_timeout 5s": `dial_timeout 5s\nresolvers udp/127.0.0.1:${namesPort}`,
    });
  const plain = siteWith(`http://:${port} {`);
  const secure = siteWith(`https://${GATEWAY_HOST}:${securePort} {\ntls ${own.file} ${own.keyFile}`);
  const file = join(folder, "Caddyfile");
  // Certificates are given, and several Caddys run at the same time.
  await writeFile(file, `{\nadmin off\nauto_https off\n}\n${plain}\n${secure}`);
  const command = [program, "run", "--config", file, "--adapter", "caddyfile"] as const;
  return { command, env: { SSL_CERT_FILE: hosted.file, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } };
}
