import { type BodyDecoder, isUtf16, streamDecoder } from "../charset.ts";
import { FormEscapes } from "./form-escapes.ts";
import { Utf16FormDecoder } from "./utf16-form-decoder.ts";

/** Makes a form in UTF-8 of one in any charset, for what parses and counts forms to go on from. */
export interface FormDecoder extends BodyDecoder {
  /** What was sent, decoded and nothing else, where that may be JSON and is not what `decode` has made of it. */
  readonly plain?: string | undefined;
}

/** For one form, in pieces too. @param charset not UTF-8, which is the form's own */
export function formDecoder(charset: string): FormDecoder {
  return isUtf16(charset) ? new Utf16FormDecoder(charset) : new LegacyFormDecoder(charset);
}

/**
 * Of a charset that contains ASCII, and in which `%XX` stands for a byte of its own.
 */
class LegacyFormDecoder implements FormDecoder {
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
