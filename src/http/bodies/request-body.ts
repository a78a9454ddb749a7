/** The largest body that is read. The biggest user that may be configured fits, each byte as `%XX`. */
export const BODY_BYTES_MAX = 1_048_576;

/** The same where clients without an admin's token may send one, and no body that makes sense is large. */
export const SMALL_BODY_BYTES_MAX = 16_384;

/**
 * A request's body, as a handler reads it, once. Both ways refuse with `body_too_large` what is longer than
 * `bytesMax`, before a byte is read where its length is announced; with `busy` what the budget for bodies has no room
 * for; and with `body_late` what does not arrive in time.
 */
export interface RequestBody {
  /** All of it, in UTF-8, without a byte order mark. */
  text(bytesMax: number): Promise<string>;
  /** Piece by piece. Of a reader that stops early the rest is thrown away, and the connection goes on. */
  chunks(bytesMax: number): AsyncIterable<Uint8Array>;
  /** By Content-Length; undefined where a chunked body says its length only by ending, or there is none. */
  readonly announcedBytes: number | undefined;
}

/** Of calls that take no notice of theirs. */
export const NO_BODY: RequestBody = { text: async () => "", async *chunks() {}, announcedBytes: undefined };
