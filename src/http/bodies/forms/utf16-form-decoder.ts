import { type BodyDecoder, decoderOf, streamDecoder } from "../charset.ts";
import { EscapeReader, type EscapeSink } from "./escape-reader.ts";

const NOTHING = new Uint8Array();

/**
 * Of a form in UTF-16, which comes in two ways. Where all of it is UTF-16 its marks are two bytes each: it is text before it
 * is a form, with escapes of UTF-8 in it, as the URL Standard writes them. Where its marks and letters are ASCII the escapes are the bytes of
 * UTF-16. ASCII has no NUL, and of the other nearly every letter, and each mark, has one.
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

/** Makes UTF-16 of ASCII and escapes, in which `%`, `&`, `+` and `=` stay escaped. */
class EscapedUtf16Decoder implements BodyDecoder, EscapeSink<number[]> {
  readonly #reader = new EscapeReader<number[]>(this);
  /** Of units in the order of this machine. */
  readonly #decoder = decoderOf("utf-16le");
  readonly #isBigEndian: boolean;
  /** The first byte of a unit, whose second has not come. */
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

/** Of `%XX`. */
function unitsOf(mark: number): readonly number[] {
  return [...Buffer.from(`%${mark.toString(16)}`)];
}
