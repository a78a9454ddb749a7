import { type BodyDecoder, isUtf16, streamDecoder, UTF_8 } from "./charset.ts";
import { FormEscapes } from "./form-escapes.ts";

/**
 * What decodes a form in pieces where its charset is another than UTF-8, in which `TextDecoder` does; undefined there.
 * Of UTF-16 the marks of a form are two bytes each: it is text before it is a form, with escapes of UTF-8 in it, as the URL
 * Standard writes them.
 */
export function formDecoder(charset: string): FormDecoder | undefined {
  return charset === UTF_8 || isUtf16(charset) ? undefined : new FormDecoder(charset);
}

/**
 * Of a charset that contains ASCII, and in which `%XX` stands for a byte of its own. It makes the same form in UTF-8, for
 * what parses and counts forms to go on from.
 */
export class FormDecoder implements BodyDecoder {
  readonly #escapes: FormEscapes;
  readonly #decoder: BodyDecoder;
  readonly #plainDecoder: BodyDecoder;
  /** Undefined while nothing but blanks has come. */
  #mayBeJson: boolean | undefined;
  #plain = "";

  constructor(charset: string) {
    this.#escapes = new FormEscapes(charset);
    this.#decoder = streamDecoder(charset);
    this.#plainDecoder = streamDecoder(charset);
  }

  decode(bytes: Uint8Array = NOTHING, { stream = false } = {}): string {
    this.#mayBeJson ??= beginsJson(bytes);
    if (this.#mayBeJson !== false) this.#plain += this.#plainDecoder.decode(bytes, { stream });
    return this.#decoder.decode(this.#escapes.resolve(bytes, !stream), { stream });
  }

  /** What was sent, decoded and nothing else, where that may be JSON. */
  get plain(): string | undefined {
    return this.#mayBeJson === true ? this.#plain : undefined;
  }
}

const NOTHING = new Uint8Array();

/** Undefined where that is still open. */
function beginsJson(bytes: Uint8Array): boolean | undefined {
  const first = bytes.find((byte) => !BLANKS.has(byte));
  return first === undefined ? undefined : OPENINGS.has(first);
}

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** `{`, `[` and `"`. */
const OPENINGS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x22]);
