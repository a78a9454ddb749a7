/**
 * Problems that need the operator although the store may still serve. The log shows when one begins and ends; `/-/ready`
 * reports it while it lasts.
 *
 * - `file_lost`: the file is no longer at its path; writes are refused.
 * - `log_long`: the write-ahead log (WAL) cannot be checkpointed and grows.
 * - `page_damaged`: part of the file is corrupt.
 */
export type StoreTroubleKind = "file_lost" | "log_long" | "page_damaged";

/** @property message for the operator: names the files and the remedy */
export interface StoreTrouble {
  readonly kind: StoreTroubleKind;
  readonly message: string;
}

export interface StoreTroubleEvents {
  storeTroubled(trouble: StoreTrouble): void;
  storeTroubleOver(kind: StoreTroubleKind): void;
}
