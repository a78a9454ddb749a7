import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { ContentCoding } from "./content-coding.ts";

/**
 * Content that is the same for all clients, served by `serveStatic`. Bodies are blobs: Bun sends a blob to any number
 * of clients from the same memory, but would copy bytes and texts for each connection.
 */
export interface StaticFile {
  readonly contentType: string;
  /** ETag of the plain bytes, without quotes. */
  readonly tag: string;
  /** The path contains the tag, so the content never changes. All other files are revalidated on each use. */
  readonly isImmutable: boolean;
  /** Scripts of any origin may read it (CORS). */
  readonly isShared: boolean;
  /** `Content-Security-Policy`; by default the content may load nothing. */
  readonly policy?: string;
  /** Names of further request headers that selected this file, for `Vary`. */
  readonly varyBy?: string;
  /** Offered beside `identity`. */
  readonly codings: readonly ContentCoding[];
  /** Returns the same blob each time. */
  read(coding: ContentCoding): MaybePromise<Blob>;
}
