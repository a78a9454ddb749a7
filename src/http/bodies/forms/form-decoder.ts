import { type BodyDecoder, isUtf16, streamDecoder } from "../charset.ts";
import { FormEscapes } from "./form-escapes.ts";
import { Utf16FormDecoder } from "./utf16-form-decoder.ts";

/** Converts a form from any charset to UTF-8, for the code that parses and counts forms. */
export interface FormDecoder extends BodyDecoder {
  /** The decoded text without unescaping, if it may be JSON and differs from the result of `decode`. */
  readonly plain?: string | undefined;
}

/** A decoder for one form, also in pieces. @param charset not UTF-8, which needs no conversion */
export function formDecoder(charset: string): FormDecoder {
  return isUtf16(charset) ? new Utf16FormDecoder(charset) : new LegacyFormDecoder(charset);
}

/** For charsets that contain ASCII, in which `%XX` stands for a byte of the charset. */
class LegacyFormDecoder implements FormDecoder {
  readonly #escapes: FormEscapes;
  readonly #decoder: BodyDecoder;
  readonly #plainDecoder: BodyDecoder;
  /** Undefined while only blanks have arrived. */
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

  get plain(): string | undefined {
    return this.#mayBeJson === true ? this.#plain : undefined;
  }
}

const NOTHING = new Uint8Array();

/** Undefined if all bytes so far are blanks. */
function beginsJson(bytes: Uint8Array): boolean | undefined {
  const first = bytes.find((byte) => !BLANKS.has(byte));
  return first === undefined ? undefined : OPENINGS.has(first);
}

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** `{`, `[` and `"`. */
const OPENINGS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x22]);
