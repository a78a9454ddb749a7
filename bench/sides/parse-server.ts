import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { readDocuments } from "../data/documents.ts";
import { requestText } from "../load/request.ts";
import { ask } from "../measure/answer.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { installParseServer, PARSE_VERSION } from "./install-parse-server.ts";
import {
  APP_ID,
  CLASS,
  FIELDS,
  MASTER_HEADERS,
  MASTER_KEY,
  MOUNT,
  type ParseRequests,
  parseRequests,
} from "./parse-requests.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { findPrograms, versionOf } from "./programs.ts";
import type { Side } from "./side.ts";

export interface ParseServer extends Side {
  readonly requests: ParseRequests;
}

/** Parse Server on PostgreSQL with the users of `store`; undefined, with a message, where it is not available. */
export async function startParseServer(bench: Bench, store: string): Promise<ParseServer | undefined> {
  const programs = findPrograms(bench, "Parse Server", { node: "nodejs", npm: "npm" });
  const main = programs && (await installParseServer(bench, programs.npm));
  if (programs === undefined || main === undefined) return undefined;
  const folder = mkdtempSync(join(bench.folder, "parse-"));
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(await startPostgres(bench, folder));
  if (postgres === undefined) return undefined;

  const port = await freePort();
  const file = join(folder, "parse.json");
  writeFileSync(file, JSON.stringify(configuration(folder, port, postgres.url)));
  const server = starting.use(
    new StartedProcess([programs.node, main, file], { folder, core: SERVER_CORE, env: { NODE_ENV: "production" } }),
  );
  const health = requestText({ method: "GET", path: `${MOUNT}/health`, headers: MASTER_HEADERS });
  await awaitReady(server, bench.signal, async () => (await ask(port, health)).body.includes('"ok"'));
  await fill(port, postgres, store);
  const owned = starting.move();
  return {
    name: "Parse Server",
    port,
    pids: [server.pid, postgres.pid],
    settings:
      `Parse Server ${PARSE_VERSION} on Node ${versionOf(programs.node)}, one process, with the master key; ` +
      `PostgreSQL ${postgres.version} as initdb sets it, fsync on`,
    requests: parseRequests,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configuration(folder: string, port: number, databaseURI: string): object {
  return {
    appId: APP_ID,
    masterKey: MASTER_KEY,
    databaseURI,
    host: "127.0.0.1",
    port,
    mountPath: MOUNT,
    serverURL: `http://127.0.0.1:${port}${MOUNT}`,
    allowCustomObjectId: true,
    silent: true,
    logLevel: "error",
    logsFolder: join(folder, "logs"),
  };
}

/** Parse creates the class, PostgreSQL its rows: through Parse they would take minutes. */
async function fill(port: number, postgres: Postgres, store: string): Promise<void> {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, { type: "String" }]));
  const body = JSON.stringify({ className: CLASS, fields });
  const headers = { ...MASTER_HEADERS, "Content-Type": "application/json" };
  const made = await ask(port, requestText({ method: "POST", path: `${MOUNT}/schemas/${CLASS}`, headers, body }));
  if (made.status !== 200) throw new Error(`Parse Server made no class: ${made.status} ${made.body}`);
  const now = new Date().toISOString();
  const rows = readDocuments(store).map(({ name, attributes }) =>
    [name, now, now, ...FIELDS.map((field) => attributes.get(field) ?? "")].join("\t"),
  );
  const columns = ["objectId", "createdAt", "updatedAt", ...FIELDS].map((name) => `"${name}"`);
  await postgres.run(`COPY "${CLASS}" (${columns.join(", ")}) FROM STDIN`, `${rows.join("\n")}\n`);
  await postgres.run(`ANALYZE "${CLASS}"`);
}
