import type { Resource } from "../../src/core/admission/resources.ts";
import type { Row } from "./row.ts";
import { ANSWERS } from "./rows/answers.ts";
import { ATTEMPTS } from "./rows/attempts.ts";
import { BODIES } from "./rows/bodies.ts";
import { CONNECTIONS } from "./rows/connections.ts";
import { DATABASE_CONNECTIONS } from "./rows/database-connections.ts";
import { HASHING } from "./rows/hashing.ts";
import { OUTSIDE_CALLS } from "./rows/outside-calls.ts";
import { PROBE } from "./rows/probe.ts";
import { RATE_BUCKETS } from "./rows/rate-buckets.ts";
import { THREAD } from "./rows/thread.ts";
import { TOKEN_CACHES } from "./rows/token-caches.ts";
import { USER_WRITES } from "./rows/user-writes.ts";
import { WRITES } from "./rows/writes.ts";

/**
 * THE TABLE: for everything that can run out, the clients that would use it up. `npm test` runs the first row of each, on
 * its first engine; `npm run test:long` runs all of them, on all engines.
 */
export const ROWS: Readonly<Record<Resource, readonly Row[]>> = {
  thread: THREAD,
  hashing: HASHING,
  attempts: ATTEMPTS,
  outside_calls: OUTSIDE_CALLS,
  bodies: BODIES,
  answers: ANSWERS,
  connections: CONNECTIONS,
  writes: WRITES,
  user_writes: USER_WRITES,
  database_connections: DATABASE_CONNECTIONS,
  probe: PROBE,
  token_caches: TOKEN_CACHES,
  rate_buckets: RATE_BUCKETS,
};
