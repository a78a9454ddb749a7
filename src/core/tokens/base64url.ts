/** Decodes base64url without padding. Strict: no two texts decode to the same bytes. Undefined: malformed. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text + "=".repeat(-text.length & 3), {
      alphabet: "base64url",
      lastChunkHandling: "strict",
    });
  } catch {
    return undefined;
  }
}
