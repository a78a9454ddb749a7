/**
 * A whole server as a process of its own: `server.ts PATH flushed|unflushed WORKERS [quiet]`. Prints its process id and URL, and
 * serves until it is killed.
 */
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { type ServiceSettings, startService } from "../../src/service.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { startWorkers } from "../../src/workers/start-workers.ts";
import { withUsers } from "../store/sqlite-fixture.ts";
import { APP_KEY, OPERATOR_KEY, USERS } from "./server-process.ts";

const [, , path = "", flushing, workers, quiet] = process.argv;
const CACHE_BYTES = 1_000_000;

const store = await openSqliteStore(path, {
  exclusive: true,
  listen: "127.0.0.1:0",
  cacheBytes: CACHE_BYTES,
  ...(flushing === "unflushed" && { writerUrl: new URL("./unflushed-writer.ts", import.meta.url) }),
});
if ((await store.apps()).length === 0) await withUsers(store, USERS, APP_KEY);

const settings: ServiceSettings = {
  hostname: "127.0.0.1",
  port: 0,
  defaults: { limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 }, registration: "authorised" },
  operatorKey: OPERATOR_KEY,
  trustedProxies: [],
};
const events = {
  refreshFailed: (error: unknown) => console.error(error),
  keysUnavailable: (details: unknown) => console.error(details),
  keysAvailable: () => {},
  secretReadable: () => {},
  keyUnusable: (details: unknown) => console.error(details),
  tokenRefused: (details: unknown) => console.error(details),
  secretUnreadable: (details: unknown) => console.error(details),
  requestFailed: ({ error }: { error: unknown }) => quiet === undefined && console.error(error),
  connectionsNearMax: (details: unknown) => console.error(details),
  threadSilent: (details: unknown) => console.error(details),
  workerEnded: (error: Error) => console.error(error),
  leftOpen: (part: string) => console.error(part),
};
const count = Number(workers);
const service =
  count === 1
    ? await startService(settings, { store, drainMs: 0, events })
    : await startWorkers({ settings, count, store, cacheBytes: CACHE_BYTES, events, drainMs: 0 });
process.once("SIGTERM", () => void service[Symbol.asyncDispose]());
console.log(JSON.stringify({ pid: process.pid, url: service.url.href }));
