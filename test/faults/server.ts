/** A whole server as a process of its own: `server.ts PATH FULL|OFF`. Says its process id and URL, and serves until it is ended. */
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { startService } from "../../src/service.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { withUsers } from "../store/sqlite-fixture.ts";
import { APP_KEY, OPERATOR_KEY, USERS } from "./server-process.ts";

const [, , path = "", synchronous] = process.argv;

const store = await openSqliteStore(path, {
  exclusive: true,
  listen: "127.0.0.1:0",
  synchronous: synchronous === "OFF" ? "OFF" : "FULL",
});
if ((await store.apps()).length === 0) await withUsers(store, USERS, APP_KEY);

const service = await startService(
  {
    hostname: "127.0.0.1",
    port: 0,
    defaults: { limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 }, registration: "authorised" },
    operatorKey: OPERATOR_KEY,
    trustedProxies: [],
  },
  {
    store,
    drainMs: 0,
    events: {
      refreshFailed: (error) => console.error(error),
      requestFailed: ({ error }) => console.error(error),
    },
  },
);
process.once("SIGTERM", () => void service[Symbol.asyncDispose]());
console.log(JSON.stringify({ pid: process.pid, url: service.url.href }));
