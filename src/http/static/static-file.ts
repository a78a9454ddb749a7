import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { ContentCoding } from "./content-coding.ts";

/**
 * What is answered to everybody alike, by `serveStatic`. Bodies are blobs: Bun sends one to any number of clients from
 * the same memory, where it would copy bytes and texts for each connection, and open a file for each.
 */
export interface StaticFile {
  readonly contentType: string;
  /** Of the plain bytes; without quotes. */
  readonly tag: string;
  /** The path holds the tag: what is there never changes. Everything else is asked for again each time. */
  readonly isImmutable: boolean;
  /** Scripts of any origin may read it. */
  readonly isShared: boolean;
  /** `Content-Security-Policy`; where it is left out, nothing may be loaded by what is shown. */
  readonly policy?: string;
  /** What else of a request decides that this one is answered, as `Vary` names it. */
  readonly varyBy?: string;
  /** Beside `identity`. */
  readonly codings: readonly ContentCoding[];
  /** The same blob each time. */
  read(coding: ContentCoding): MaybePromise<Blob>;
}
