/**
 * `bodies/`: reads request bodies within limits of size, time and memory, and parses them. It must not check tokens or
 * rights, and must not call the store.
 */

/**
 * The largest body that is read, in bytes. It fits the largest user that can be configured, with each byte as `%XX`.
 */
export const BODY_BYTES_MAX = 1_048_576;

/** The limit where clients without an admin's token may send a body, and useful bodies are small. */
export const SMALL_BODY_BYTES_MAX = 16_384;

/**
 * A request's body, to be read once by a handler. Both methods refuse with `body_too_large` if it is longer than
 * `bytesMax`, before reading if its length is announced; with `busy` if the budget for bodies has no room; and with
 * `body_late` if it does not arrive in time.
 */
export interface RequestBody {
  /** The whole body, decoded as UTF-8 without a byte order mark. */
  text(bytesMax: number): Promise<string>;
  /** The body in pieces. If the reader stops early, the rest is discarded and the connection stays open. */
  chunks(bytesMax: number): AsyncIterable<Uint8Array>;
  /** From Content-Length; undefined for a chunked body or none. */
  readonly announcedBytes: number | undefined;
}

/** For calls that ignore their body. */
export const NO_BODY: RequestBody = { text: async () => "", async *chunks() {}, announcedBytes: undefined };
