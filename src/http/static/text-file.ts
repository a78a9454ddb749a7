import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { ContentCoding } from "./content-coding.ts";
import { memoized } from "./memoized.ts";
import type { StaticFile } from "./static-file.ts";

/** Small output, and ten times as fast as the best quality. */
const BROTLI_QUALITY = 9;

const COMPRESSORS: Readonly<Record<ContentCoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  // Compression runs on the runtime's own threads.
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes) => promisify(gzip)(bytes),
  identity: async (bytes) => bytes,
};

/** A text that the server generates. It is compressed on first request per coding, in the background. */
export function textFile(
  text: string,
  options: Omit<StaticFile, "tag" | "codings" | "read" | "isImmutable">,
): StaticFile {
  const bytes = new TextEncoder().encode(text);
  return {
    ...options,
    tag: createHash("sha256").update(bytes).digest("base64url").slice(0, 22),
    isImmutable: false,
    codings: ["br", "gzip"],
    read: memoized(async (coding) => new Blob([new Uint8Array(await COMPRESSORS[coding](bytes))])),
  };
}
