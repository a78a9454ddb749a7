import type { Timers } from "../../core/ports/system/timers.ts";

export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read">;

/** A body that is longer is cut off. */
const DISCARDED_BYTES_MAX = 16_777_216;
const DISCARD_MAX_MS = 5000;
/** Nothing more is on its way when nothing comes for so long. */
const QUIET_MS = 200;

/**
 * Reads what is on its way, and throws it away, before an answer that closes the connection: closed while bytes come
 * in, the connection is reset, and a client or a proxy that is still sending may never see the answer.
 * @param announced its length, if it is known
 */
export async function discardBody(reader: BodyReader, announced: number | undefined, timers: Timers): Promise<void> {
  if (announced !== undefined && announced > DISCARDED_BYTES_MAX) return;
  const endsAtMs = timers.nowMs() + DISCARD_MAX_MS;
  for (let bytes = 0; bytes < DISCARDED_BYTES_MAX && timers.nowMs() < endsAtMs; ) {
    const { promise: quiet, resolve } = Promise.withResolvers<undefined>();
    using _ = timers.after(QUIET_MS, () => resolve(undefined));
    // The caller may hang up: there is nothing more to read then.
    const next = await Promise.race([reader.read().catch(() => undefined), quiet]);
    if (next?.value === undefined) return;
    bytes += next.value.length;
  }
}
