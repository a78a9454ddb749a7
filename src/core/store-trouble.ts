/**
 * What an operator should see to although the store may go on serving: in the log when it begins and ends, in `/-/ready`
 * meanwhile.
 *
 * - `file_lost`: the file is no longer at its path; writes are refused.
 * - `log_long`: the write-ahead log cannot be folded into the file and grows.
 * - `page_damaged`: part of the file cannot be read as what it should be.
 */
export type StoreTroubleKind = "file_lost" | "log_long" | "page_damaged";

/** @property message for the operator: names files and what to do */
export interface StoreTrouble {
  readonly kind: StoreTroubleKind;
  readonly message: string;
}

export interface StoreTroubleEvents {
  storeTroubled(trouble: StoreTrouble): void;
  storeTroubleOver(kind: StoreTroubleKind): void;
}
