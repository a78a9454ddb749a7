import { unsupported } from "./media-types.ts";

/** Makes text of bytes, as `TextDecoder` does: all at once, or piece by piece with `stream`. A byte order mark is dropped. */
export interface BodyDecoder {
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

export const UTF_8 = "utf-8";

/**
 * The charset that a content type declares the body to be in, under the name that the Encoding Standard has for
 * it. Refuses a label that the runtime does not know: read as something else, the text would be stored damaged.
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

/** `;name=value` or `;name="value"`. A comma ends it, too: a client that sends its header twice joins the two by one. */
const PARAMETER = /;\s*([^\s;,="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,]*))/g;

/** Of the first charset that is named; empty for none. */
function labelIn(contentType: string): string {
  for (const [, name = "", quoted, plain = ""] of contentType.matchAll(PARAMETER)) {
    if (name.toLowerCase() === "charset") return (quoted?.replace(/\\(.)/g, "$1") ?? plain).trim();
  }
  return "";
}

/** For one body. */
export function streamDecoder(charset: string): BodyDecoder {
  return isUtf16(charset) ? new Utf16Decoder(charset) : decoderOf(charset);
}

/** Throws for a label that the runtime does not know. */
export function decoderOf(label: string): TextDecoder {
  return new TextDecoder(label as Bun.Encoding); // as: the type lists three of the names that it takes
}

export function isUtf16(charset: string): boolean {
  return charset.startsWith("utf-16");
}

const NOTHING = new Uint8Array();

/** A byte order mark says which of the two it is: the label `utf-16` leaves that open. */
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
