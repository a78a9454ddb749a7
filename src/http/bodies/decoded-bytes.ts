/**
 * Counts the bytes of keys and values of one user's set, decoded and in UTF-8, while its body arrives. Pairs with
 * duplicate keys all count. Invalid UTF-8 counts as the U+FFFD that replaces it.
 */
export interface DecodedBytes {
  /**
   * Adds the next part of the body, which may be cut anywhere. Returns the bytes so far; an incomplete character counts
   * with the bytes that are certain.
   */
  add(text: string): number;
}

/** Length in UTF-8 of a UTF-16 unit. Half of a surrogate pair counts as half of the pair's length. */
export function utf8BytesOfUnit(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
}

/** Length of U+FFFD, which replaces invalid UTF-8 and unpaired surrogates. */
export const REPLACEMENT_BYTES = 3;
