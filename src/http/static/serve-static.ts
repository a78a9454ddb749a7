/**
 * `static/`: answers with fixed content: negotiates the coding (Brotli, gzip), revalidates by ETag, and sets cache and
 * CSP headers. It must not depend on apps, users or tokens.
 */

import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import { type ContentCoding, contentCoding } from "./content-coding.ts";
import type { StaticFile } from "./static-file.ts";

/** The CSP of answers that are not pages. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Answers GET and HEAD: compressed as the client accepts, or 304 if its copy is current. Ranges are not supported. */
export function serveStatic(file: StaticFile, { headers }: Request): MaybePromise<Response> {
  const coding = contentCoding(headers.get("accept-encoding"), file.codings);
  // Each coding has its own strong ETag, because the bytes differ.
  const tag = `"${coding === "identity" ? file.tag : `${file.tag}-${coding}`}"`;
  const answered = headersOf(file, coding, tag);
  if (isKnown(headers.get("if-none-match"), tag)) return new Response(null, { status: 304, headers: answered });
  const body = file.read(coding);
  return body instanceof Promise
    ? body.then((blob) => new Response(blob, { headers: answered }))
    : new Response(body, { headers: answered });
}

function headersOf(file: StaticFile, coding: ContentCoding, tag: string): Record<string, string> {
  return {
    "Content-Type": file.contentType,
    ...(coding === "identity" ? {} : { "Content-Encoding": coding }),
    ETag: tag,
    "Cache-Control": file.isImmutable ? IMMUTABLE : "no-cache",
    Vary: file.varyBy === undefined ? "Accept-Encoding" : `${file.varyBy}, Accept-Encoding`,
    "Content-Security-Policy": file.policy ?? NOTHING,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": file.isShared ? "cross-origin" : "same-origin",
    ...(file.isShared
      ? { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag" }
      : { "X-Frame-Options": "DENY" }),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}

/** @param header `If-None-Match`; a proxy may have made the tag weak */
function isKnown(header: string | null, tag: string): boolean {
  if (header === null) return false;
  return header.trim() === "*" || header.split(",").some((each) => each.trim().replace(/^W\//, "") === tag);
}
