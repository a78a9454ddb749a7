/**
 * Everything of a server that can be used up. Whatever is bounded is made under one of these names, and
 * `test/starvation/` has a greedy client beside a modest one for each: a name without a row does not compile.
 */
export const RESOURCES = [
  /** A serving thread's time, handed out request by request. */
  "thread",
  /** Argon2id hashes under way. */
  "hashing",
  /** Failed log-ins and failed tokens, by address and by account. */
  "attempts",
  /** Calls to other services under way: hosted tokens, key sets of identity providers. */
  "outside_calls",
  /** Bytes of request bodies that are still arriving or being worked on. */
  "bodies",
  /** Bytes of large answers that have not been taken by their clients yet. */
  "answers",
  /** Open connections, and with them the process's file descriptors. */
  "connections",
  /** Bytes of writes between the rules and the disk. */
  "writes",
  /** Changes of one user's attributes that wait for each other. */
  "user_writes",
  /** Calls that wait for a connection to the database. */
  "database_connections",
  /** Looks at whether the store reads and writes. */
  "probe",
  /** Tokens that were verified, kept in memory. */
  "token_caches",
  /** The apps' rates. */
  "rate_buckets",
] as const;

export type Resource = (typeof RESOURCES)[number];
