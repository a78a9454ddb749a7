import { unsupported } from "./media-types.ts";
import { WireRefusal } from "./wire-refusals.ts";

/** The largest body that is read. The biggest user that may be configured fits, each byte as `%XX`. */
export const BODY_BYTES_MAX = 1_048_576;

/** So much of a body that is refused is still read, and thrown away. */
const DISCARDED_BYTES_MAX = 16 * BODY_BYTES_MAX;

/** A request's body, as a handler reads it. */
export interface RequestBody {
  /** All of it, in UTF-8. Refuses with `body_too_large` what is longer. */
  text(bytesMax: number): Promise<string>;
}

export function requestBody(request: Request): RequestBody {
  return { text: (bytesMax) => readText(request, bytesMax) };
}

/** False also where there is none. */
export function isBodyUnread(request: Request): boolean {
  return !request.bodyUsed && request.body !== null;
}

/**
 * Reads what nobody has read, up to a bound. Bun takes a connection for busy until then: a graceful stop would wait
 * for it until its deadline.
 */
export async function discardBody(request: Request): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      if (bytes > DISCARDED_BYTES_MAX) return;
    }
  } catch {
    // The caller hung up: there is nothing more to read.
  }
}

async function readText(request: Request, bytesMax: number): Promise<string> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw unsupported("Content-Encoding", encoding);
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > bytesMax) throw new WireRefusal({ code: "body_too_large" });
  const bytes = length === null ? await readStream(request, bytesMax) : await request.bytes();
  return decoder.decode(bytes);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A chunked body says its length only by ending. */
async function readStream(request: Request, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes <= bytesMax) chunks.push(chunk);
    else if (bytes > DISCARDED_BYTES_MAX) break;
  }
  if (bytes > bytesMax) throw new WireRefusal({ code: "body_too_large" });
  return Buffer.concat(chunks);
}
