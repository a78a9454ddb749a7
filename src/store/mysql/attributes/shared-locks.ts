/**
 * Words of a SELECT whose rows others may read and lock as well, but not change before the end of the transaction.
 * MariaDB and MySQL spell them differently, and each takes for a comment what is meant for the other.
 */

/** Waits for whoever is changing one of the rows. */
export const SHARED = "LOCK IN SHARE MODE";

/** Refused at once while somebody else is changing one of them. */
export const SHARED_NOWAIT = "/*M! LOCK IN SHARE MODE NOWAIT */ /*!80001 FOR SHARE NOWAIT */";

/** Without those that somebody else is changing. */
export const SHARED_SKIP_LOCKED = "/*M! LOCK IN SHARE MODE SKIP LOCKED */ /*!80001 FOR SHARE SKIP LOCKED */";
