import { type BodyDecoder, decoderOf, streamDecoder } from "../charset.ts";
import { EscapeReader, type EscapeSink } from "./escape-reader.ts";

const NOTHING = new Uint8Array();

/**
 * Decodes a form in UTF-16, of which there are two kinds. If all of it is UTF-16, delimiters are two bytes each: it is
 * decoded to text first, and its escapes are bytes of UTF-8, as in the URL Standard. If delimiters and letters are
 * ASCII, the escapes are bytes of UTF-16. A NUL tells the kinds apart: ASCII has none, while in UTF-16 every delimiter
 * and nearly every letter has one.
 */
export class Utf16FormDecoder implements BodyDecoder {
  readonly #charset: string;
  #head: Uint8Array = NOTHING;
  #decoder: BodyDecoder | undefined;

  constructor(charset: string) {
    this.#charset = charset;
  }

  decode(bytes: Uint8Array = NOTHING, { stream = false } = {}): string {
    if (this.#decoder !== undefined) return this.#decoder.decode(bytes, { stream });
    this.#head = Buffer.concat([this.#head, bytes]);
    const head = this.#head;
    if (head.length < 2 && stream) return "";
    this.#head = NOTHING;
    const isWide = head.includes(0) || (head[0] ?? 0) >= 0xfe;
    this.#decoder = isWide ? streamDecoder(this.#charset) : new EscapedUtf16Decoder(this.#charset);
    return this.#decoder.decode(head, { stream });
  }
}

const PERCENT = 0x25;
const MARKS: ReadonlySet<number> = new Set([PERCENT, 0x26, 0x2b, 0x3d]);
const REPLACEMENT = 0xfffd;

/** Converts ASCII with escapes to UTF-16, in which `%`, `&`, `+` and `=` stay escaped. */
class EscapedUtf16Decoder implements BodyDecoder, EscapeSink<number[]> {
  readonly #reader = new EscapeReader<number[]>(this);
  /** For units in this machine's byte order. */
  readonly #decoder = decoderOf("utf-16le");
  readonly #isBigEndian: boolean;
  /** The first byte of a unit whose second has not arrived. */
  #half: number | undefined;

  constructor(charset: string) {
    this.#isBigEndian = charset === "utf-16be";
  }

  decode(bytes: Uint8Array = NOTHING, { stream = false } = {}): string {
    const units: number[] = [];
    for (const byte of bytes) this.#reader.take(byte, units);
    if (!stream) {
      this.#reader.end(units);
      this.#endHalf(units);
    }
    return this.#decoder.decode(new Uint8Array(Uint16Array.from(units).buffer), { stream });
  }

  raw(byte: number, units: number[]): void {
    if (byte >= 0x80) {
      this.escaped(byte, units);
      return;
    }
    this.#endHalf(units);
    units.push(byte);
  }

  escaped(byte: number, units: number[]): void {
    const first = this.#half;
    if (first === undefined) {
      this.#half = byte;
      return;
    }
    this.#half = undefined;
    const unit = this.#isBigEndian ? first * 256 + byte : byte * 256 + first;
    if (MARKS.has(unit)) units.push(...unitsOf(unit));
    else units.push(unit);
  }

  stray(units: number[]): void {
    this.#endHalf(units);
    units.push(...unitsOf(PERCENT));
  }

  #endHalf(units: number[]): void {
    if (this.#half !== undefined) units.push(REPLACEMENT);
    this.#half = undefined;
  }
}

/** The UTF-16 units of `%XX`. */
function unitsOf(mark: number): readonly number[] {
  return [...Buffer.from(`%${mark.toString(16)}`)];
}
