/**
 * All resources of a server that can be exhausted. Every limiter is created with one of these names. For each name
 * `test/starvation/` runs a greedy client beside a modest one; a name without such a test does not compile.
 */
export const RESOURCES = [
  /** The CPU time of a serving thread. */
  "thread",
  /** Argon2id hashes in flight. */
  "hashing",
  /** Failed log-ins and failed tokens, by address and by account. */
  "attempts",
  /** Calls in flight to other services: hosted tokens, key sets of identity providers. */
  "outside_calls",
  /** Bytes of request bodies that are still arriving or in use. */
  "bodies",
  /** Bytes of large responses that clients have not received yet. */
  "answers",
  /** Open connections, and with them the process's file descriptors. */
  "connections",
  /** Bytes of writes between the rules and the disk. */
  "writes",
  /** Changes of one user's attributes that wait for the user's mutex. */
  "user_writes",
  /** Calls that wait for a connection to the database. */
  "database_connections",
  /** Pings of the store. */
  "probe",
  /** Caches of verified tokens. */
  "token_caches",
  /** The rate limit buckets of apps and addresses. */
  "rate_buckets",
] as const;

export type Resource = (typeof RESOURCES)[number];
