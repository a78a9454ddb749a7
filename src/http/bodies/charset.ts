import { unsupported } from "./media-types.ts";

/**
 * Decodes bytes to text, as `TextDecoder` does: in one call, or piece by piece with `stream`. Drops a byte order mark.
 */
export interface BodyDecoder {
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

export const UTF_8 = "utf-8";

/**
 * The charset that the content type declares, under its name in the Encoding Standard. Refuses an unknown label:
 * decoded as another charset, the text would be stored damaged.
 */
export function charsetOf(contentType: string): string {
  const label = MENTIONED.test(contentType) ? labelIn(contentType) : "";
  if (label === "" || USUAL.test(label)) return UTF_8;
  try {
    return decoderOf(label).encoding;
  } catch {
    throw unsupported("charset", label);
  }
}

const MENTIONED = /charset/i;
const USUAL = /^utf-?8$/i;

/**
 * `;name=value` or `;name="value"`. A comma also ends it: when a client sends the header twice, the two are joined by a
 * comma.
 */
const PARAMETER = /;\s*([^\s;,="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,]*))/g;

/** The label of the first charset; empty if there is none. */
function labelIn(contentType: string): string {
  for (const [, name = "", quoted, plain = ""] of contentType.matchAll(PARAMETER)) {
    if (name.toLowerCase() === "charset") return (quoted?.replace(/\\(.)/g, "$1") ?? plain).trim();
  }
  return "";
}

/** A decoder for one body. */
export function streamDecoder(charset: string): BodyDecoder {
  return isUtf16(charset) ? new Utf16Decoder(charset) : decoderOf(charset);
}

/** Throws for a label that the runtime does not know. */
export function decoderOf(label: string): TextDecoder {
  return new TextDecoder(label as Bun.Encoding); // as: the type lists only three of the supported names
}

export function isUtf16(charset: string): boolean {
  return charset.startsWith("utf-16");
}

const NOTHING = new Uint8Array();

/** The label `utf-16` leaves the byte order open; a byte order mark decides. */
class Utf16Decoder implements BodyDecoder {
  readonly #charset: string;
  #head: Uint8Array = NOTHING;
  #decoder: TextDecoder | undefined;

  constructor(charset: string) {
    this.#charset = charset;
  }

  decode(bytes = NOTHING, { stream = false } = {}): string {
    if (this.#decoder !== undefined) return this.#decoder.decode(bytes, { stream });
    const head = Buffer.concat([this.#head, bytes]);
    this.#head = head;
    if (head.length < 2 && stream) return "";
    this.#head = NOTHING;
    this.#decoder = decoderOf(markedCharset(head) ?? this.#charset);
    return this.#decoder.decode(head, { stream });
  }
}

function markedCharset([first, second]: Uint8Array): string | undefined {
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xff && second === 0xfe ? "utf-16le" : undefined;
}
