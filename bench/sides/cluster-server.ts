/**
 * A server on the cluster store without batching, for the benchmark to compare with:
 * `cluster-server.ts URL PORT CONNECTIONS`. Otherwise it is assembled as by `usermeta serve`.
 */
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { startService } from "../../src/service.ts";
import { parseMysqlUrl } from "../../src/store/mysql/connection/parse-mysql-url.ts";
import { openMysqlStore } from "../../src/store/mysql/store.ts";
import { apartStore } from "./apart-store.ts";

const [, , url = "", port, connections] = process.argv;
const location = parseMysqlUrl(url, undefined, ".");
if (typeof location === "string") throw new Error(`the URL ${location}`);
const service = await startService(
  {
    hostname: "127.0.0.1",
    port: Number(port),
    defaults: { limits: DEFAULT_LIMITS, registration: "authorised" },
    operatorKey: undefined,
    trustedProxies: [],
  },
  {
    store: apartStore(await openMysqlStore(location, { exclusive: true }), Number(connections)),
    events: {
      refreshFailed: (error) => console.error(error),
      keysUnavailable: ({ error }) => console.error(error),
      keysAvailable: () => {},
      secretReadable: () => {},
      keyUnusable: (details) => console.error(details),
      tokenRefused: (details) => console.error(details),
      secretUnreadable: ({ error }) => console.error(error),
      connectionsNearMax: (details: unknown) => console.error(details),
      requestFailed: ({ error }) => console.error(error),
    },
  },
);
process.once("SIGTERM", () => void service[Symbol.asyncDispose]());
