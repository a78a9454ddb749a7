/**
 * Lock clauses of a SELECT whose rows others may read and lock, but not change, until the transaction ends. MariaDB and
 * MySQL spell them differently; each reads the other's clause as a comment.
 */

/** Waits for a transaction that is changing one of the rows. */
export const SHARED = "LOCK IN SHARE MODE";

/** Fails immediately if another transaction is changing one of them. */
export const SHARED_NOWAIT = "/*M! LOCK IN SHARE MODE NOWAIT */ /*!80001 FOR SHARE NOWAIT */";

/** Skips rows that another transaction is changing. */
export const SHARED_SKIP_LOCKED = "/*M! LOCK IN SHARE MODE SKIP LOCKED */ /*!80001 FOR SHARE SKIP LOCKED */";
