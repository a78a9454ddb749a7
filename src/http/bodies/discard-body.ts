import type { Timers } from "../../core/ports/system/timers.ts";

export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read">;

/** The connection of a longer body is closed without reading the rest. */
const DISCARDED_BYTES_MAX = 16_777_216;
const DISCARD_MAX_MS = 5000;
/** After this time without bytes, nothing more is in flight. */
const QUIET_MS = 200;

/**
 * Reads and discards bytes in flight before an answer that closes the connection. Closing while bytes arrive would
 * reset the connection, and a client or proxy that is still sending might never see the answer.
 * @param announced the body's length, if known
 */
export async function discardBody(reader: BodyReader, announced: number | undefined, timers: Timers): Promise<void> {
  if (announced !== undefined && announced > DISCARDED_BYTES_MAX) return;
  const endsAtMs = timers.nowMs() + DISCARD_MAX_MS;
  for (let bytes = 0; bytes < DISCARDED_BYTES_MAX && timers.nowMs() < endsAtMs; ) {
    const { promise: quiet, resolve } = Promise.withResolvers<undefined>();
    using _ = timers.after(QUIET_MS, () => resolve(undefined));
    // The client may hang up; then there is nothing more to read.
    const next = await Promise.race([reader.read().catch(() => undefined), quiet]);
    if (next?.value === undefined) return;
    bytes += next.value.length;
  }
}
