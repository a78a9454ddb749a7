export interface Digest {
  sha256(text: string): Uint8Array;
  /** The same in base64, for what is kept by it; quicker. */
  sha256Base64(text: string): string;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** Takes the same time wherever the two differ; unequal lengths are unequal. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}
