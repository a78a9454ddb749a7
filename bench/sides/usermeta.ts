import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import type { Bench } from "../bench.ts";
import { filledIn } from "../load/request.ts";
import { ask } from "../measure/answer.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { issueToken } from "./issue-token.ts";
import type { Side } from "./side.ts";
import { HEALTH, type UsermetaRequests, usermetaRequests } from "./usermeta-requests.ts";

export interface UsermetaOptions {
  /** Distinguishes it from our other sides. */
  readonly name?: string;
  /** The store's file; undefined = a fresh one, without an app. */
  readonly store?: string;
  readonly workers?: number;
  readonly cacheBytes?: number;
  /** Not bound to the servers' core. */
  readonly onAllCores?: boolean;
}

export interface Usermeta extends Side {
  readonly requests: UsermetaRequests;
  /** The time from starting its process to its first answer. */
  readonly startMs: number;
  readonly process: StartedProcess;
}

export const USERMETA = "usermeta";
const MAIN = join(import.meta.dir, "../../src/main.ts");
const OPTION_NAMES = { workers: "USERMETA_WORKERS", cacheBytes: "USERMETA_CACHE_BYTES" } as const;

export async function startUsermeta(bench: Bench, options: UsermetaOptions = {}): Promise<Usermeta> {
  const folder = mkdtempSync(join(bench.folder, "usermeta-"));
  const store = `sqlite:${options.store ?? join(folder, "usermeta.db")}`;
  const requests = usermetaRequests(options.store === undefined ? "" : await issueToken(store, bench.signal));
  const port = await freePort();
  const settings: Record<string, string> = {};
  for (const [option, name] of entries(OPTION_NAMES)) {
    if (options[option] !== undefined) settings[name] = `${options[option]}`;
  }
  const own = { USERMETA_STORE: store, USERMETA_LISTEN: `127.0.0.1:${port}`, USERMETA_LOG: "off" };
  const env = { ...startEnvironment(), ...own, ...settings };
  const core = options.onAllCores ? undefined : SERVER_CORE;
  const before = performance.now();
  await using starting = new AsyncDisposableStack();
  const process = starting.use(new StartedProcess([globalThis.process.execPath, MAIN, "serve"], { folder, core, env }));
  await awaitReady(process, bench.signal, async () => (await ask(port, filledIn(HEALTH))).status === 200);
  const startMs = performance.now() - before;
  const owned = starting.move();
  return {
    name: options.name ?? USERMETA,
    port,
    pids: [process.pid],
    settings: [
      "as `npm start` starts it, the store embedded and durable (every answer to a set waits for the disk)",
      "no rate limit, no log",
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ].join("; "),
    requests,
    startMs,
    process,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The settings of `npm start` for Bun. */
export function startEnvironment(): Record<string, string> {
  const [before = ""] = packageJson.scripts.start.split("exec ");
  return Object.fromEntries(before.split(" ").flatMap((word) => (word.includes("=") ? [word.split("=")] : [])));
}

function entries<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][]; // as: Object.entries returns string keys
}
