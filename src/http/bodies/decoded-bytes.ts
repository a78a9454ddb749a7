/**
 * Counts what the keys and values of one user's set hold, decoded and in UTF-8, while its body comes in: each pair as it
 * is sent, before doubled keys are dropped. What is no UTF-8 counts as the U+FFFD that it becomes.
 */
export interface DecodedBytes {
  /** Takes the next part of the body, cut anywhere. The bytes so far; of what is not complete yet, what is certain. */
  add(text: string): number;
}

/** The length in UTF-8 of a UTF-16 unit; half a pair is half of the pair's. */
export function utf8BytesOfUnit(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
}

/** Those of the U+FFFD that stands for what is no UTF-8, or half a pair of surrogates. */
export const REPLACEMENT_BYTES = 3;
