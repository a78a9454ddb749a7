import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Digest } from "../core/ports/system/digest.ts";

export const systemDigest: Digest = {
  sha256: (text) => new Uint8Array(createHash("sha256").update(text, "utf8").digest()),
  sha256Base64: (text) => hash("sha256", text, "base64"),
  hmacSha256: (key, message) => new Uint8Array(createHmac("sha256", key).update(message).digest()),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
