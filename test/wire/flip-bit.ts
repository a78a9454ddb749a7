/** The token with one bit of its content flipped. @param index negative: from the end */
export function flipBit(token: string, index: number): string {
  const bytes = Buffer.from(token, "base64url");
  const bit = index < 0 ? bytes.length * 8 + index : index;
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return bytes.toString("base64url");
}

export function bitCount(token: string): number {
  return Buffer.from(token, "base64url").length * 8;
}
