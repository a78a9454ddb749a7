import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import type { Draw } from "../load/draw.ts";
import { DRAWN_NAME, FIRST_USER, filledIn, type Request, requestText, USER, userNameOf } from "../load/request.ts";
import { ask } from "../measure/answer.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { documentsOf } from "./documents.ts";
import { findPrograms, versionOf } from "./programs.ts";
import type { Side } from "./side.ts";
import type { Usermeta } from "./usermeta.ts";

/** Enough to spread their names, and few enough for nginx to hold all of them open. */
const FILES = 4000;

export interface Nginx extends Side {
  readonly requests: { readonly get: Request };
  readonly draw: Draw;
}

/** Serves the same bytes as `ours` for the first users, from files; undefined where it is not available. */
export async function startNginx(bench: Bench, ours: Usermeta): Promise<Nginx | undefined> {
  const program = findPrograms(bench, "nginx", { nginx: "nginx-light" })?.nginx;
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(bench.folder, "nginx-"));
  const files = join(folder, "files");
  mkdirSync(files);
  for (let index = 0; index < FILES; index++) {
    const request = ours.requests.get.text.replaceAll(USER, `${FIRST_USER + index}`);
    writeFileSync(join(files, userNameOf(index)), (await ask(ours.port, request)).body);
  }
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, port));
  await using starting = new AsyncDisposableStack();
  const process = starting.use(
    new StartedProcess([program, "-p", folder, "-e", "stderr", "-c", file], { folder, core: SERVER_CORE }),
  );
  const get = {
    text: requestText({ method: "GET", path: `/${DRAWN_NAME}` }),
    isAnswer: documentsOf(1),
  };
  await awaitReady(process, bench.signal, async () => (await ask(port, filledIn(get.text))).status === 200);
  const owned = starting.move();
  return {
    name: "nginx",
    port,
    pids: [process.pid],
    settings:
      `nginx ${versionOf(program, "-v")}, one worker, no access log, ${FILES} files with the bytes that usermeta answers, all held open ` +
      "(open_file_cache), keep-alive without a limit",
    requests: { get },
    draw: { kind: "uniform", count: FILES },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configuration(folder: string, port: number): string {
  return `
${process.getuid?.() === 0 ? "user root;" : ""}
daemon off;
worker_processes 1;
worker_rlimit_nofile ${4 * FILES};
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  keepalive_timeout 3600;
  sendfile off;
  open_file_cache max=${2 * FILES} inactive=3600s;
  open_file_cache_valid 3600s;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
  }
}
`;
}
