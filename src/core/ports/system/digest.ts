export interface Digest {
  sha256(text: string): Uint8Array;
  /** The same in base64, for use as a key of a map; faster. */
  sha256Base64(text: string): string;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** Compares in constant time: it does not depend on where the two differ. Texts of unequal lengths are unequal. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}
