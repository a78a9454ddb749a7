/**
 * A server on the cluster store as the benchmark compares it: `cluster-server.ts URL PORT together|apart CONNECTIONS`.
 * Its port can be shared, so that several processes have the load dealt out by the kernel.
 */
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { startService } from "../../src/service.ts";
import { parseMysqlUrl } from "../../src/store/mysql/parse-mysql-url.ts";
import { openMysqlStore } from "../../src/store/mysql/store.ts";

const [, , url = "", port = "", mode, connections, operatorKey = ""] = process.argv;
const location = parseMysqlUrl(url, undefined, ".");
if (typeof location === "string") throw new Error(location);
const store = await openMysqlStore(location, {
  exclusive: true,
  isTogether: mode === "together",
  connections: Number(connections),
});
const service = await startService(
  {
    hostname: "127.0.0.1",
    port: Number(port),
    sharePort: true,
    defaults: { limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 }, registration: "authorised" },
    operatorKey,
    trustedProxies: [],
  },
  {
    store,
    drainMs: 0,
    events: {
      refreshFailed: (error: unknown) => console.error(error),
      requestFailed: ({ error }: { error: unknown }) => console.error(error),
    },
  },
);
process.once("SIGTERM", () => void service[Symbol.asyncDispose]());
