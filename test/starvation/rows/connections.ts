import { rawRequest } from "../../harness/raw.ts";
import { ask } from "../greedy/ask.ts";
import { hold } from "../greedy/hold.ts";
import { authorised, GET, HEALTH, NEW_HEALTH, SET } from "../modest-requests.ts";
import type { Row } from "../row.ts";

const CONNECTIONS_MAX = 200;
/** The silent connections that one client may hold: beyond the limit only a proxy can help, see docs/PROTOCOL.md. */
const SILENT = 150;
const SETTINGS = { USERMETA_CONNECTIONS_MAX: `${CONNECTIONS_MAX}` };
const HEALTH_REQUEST = rawRequest("GET", "/-/health");
/** When there was no room, the system repeats a connection request after one second, then after two more. */
const CONNECTS_AGAIN_MS = 4000;
const MODEST = [GET, SET, HEALTH, NEW_HEALTH];

export const CONNECTIONS: readonly Row[] = [
  {
    name: "idle connections beyond the file descriptors are closed before a new client is rejected",
    descriptorsMax: 256,
    greedy: (target, pace) => hold(target, pace, { connections: pace.many(400, 600), bytes: () => HEALTH_REQUEST }),
    modest: MODEST,
    waitMaxMs: CONNECTS_AGAIN_MS,
  },
  {
    name: "idle connections beyond USERMETA_CONNECTIONS_MAX are closed before a new client is rejected",
    settings: SETTINGS,
    greedy: (target, pace) => hold(target, pace, { connections: pace.many(400, 600), bytes: () => HEALTH_REQUEST }),
    modest: MODEST,
    waitMaxMs: CONNECTS_AGAIN_MS,
  },
  {
    name: "silent connections keep no client out below USERMETA_CONNECTIONS_MAX",
    settings: SETTINGS,
    greedy: (target, pace) => hold(target, pace, { connections: SILENT }),
    modest: MODEST,
  },
  {
    name: "connections that send half a head keep no client out below USERMETA_CONNECTIONS_MAX",
    settings: SETTINGS,
    greedy: (target, pace) =>
      hold(target, pace, {
        connections: SILENT,
        bytes: () => "GET /-/health HTTP/1.1\r\nHost: localhost\r\n",
        drip: { bytes: "X-More: k\r\n", everyMs: 250 },
      }),
    modest: MODEST,
  },
  {
    name: "a client with as many busy connections as it can get leaves the others theirs",
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: pace.many(1000, 2000),
        request: (connection) =>
          connection % 2 === 0
            ? authorised(target.greedyToken, "GET", `${target.app}/metadata/user/greedy`)
            : authorised("nobody's", "GET", `${target.app}/metadata/user/greedy`),
      }),
    modest: MODEST,
    waitMaxMs: 2000,
    never: [500],
  },
];
