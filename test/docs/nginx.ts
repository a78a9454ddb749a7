import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastingPort } from "../harness/lasting-port.ts";

const PATH = `${process.env.PATH}:/usr/sbin`;
const START_MS = 10_000;
const LOOK_MS = 20;

export function findNginx(): string | undefined {
  return Bun.which("nginx", { PATH }) ?? undefined;
}

/** A real nginx on loopback. */
export interface Nginx extends AsyncDisposable {
  readonly origin: string;
}

/** @param serversOn what stands inside `http { … }`, listening on this port */
export async function startNginx(program: string, serversOn: (port: number) => string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "usermeta-nginx-"));
  const port = await lastingPort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  for (const name of temporary) mkdirSync(join(folder, name));
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `${process.getuid?.() === 0 ? "user root;" : ""}
    daemon off;
    worker_processes 1;
    pid ${folder}/pid;
    error_log stderr crit;
    events { worker_connections 64; }
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
      ${serversOn(port)}
    }`,
  );
  const child = Bun.spawn([program, "-p", folder, "-e", "stderr", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_MS;
  while (!(await isUp(port))) {
    if (child.exitCode === null && performance.now() < deadline) await Bun.sleep(LOOK_MS);
    else {
      await end();
      throw new Error(`nginx did not start: ${await child.stderr.text()}`);
    }
  }
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: end };
}

async function isUp(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { method: "HEAD" });
    return true;
  } catch {
    return false;
  }
}
