import { type DecodedBytes, REPLACEMENT_BYTES, utf8BytesOfUnit } from "../decoded-bytes.ts";
import { hexDigit } from "../part-decoder.ts";

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;

/** Counts the decoded bytes of a form, in which `%XX` stands for a byte of UTF-8 and a stray `%` for itself. */
export class FormBytes implements DecodedBytes {
  #bytes = 0;
  #isInValue = false;
  /** Number of characters of a `%XX` that have arrived. */
  #escaped = 0;
  #highDigit = 0;
  /** The UTF-8 sequence in progress: its length, the bytes missing, and the range of the next byte. */
  #length = 0;
  #missing = 0;
  #lower = 0x80;
  #upper = 0xbf;

  add(text: string): number {
    for (let index = 0; index < text.length; index++) this.#unit(text.charCodeAt(index));
    return this.#bytes;
  }

  #unit(unit: number): void {
    if (this.#escaped > 0) {
      const digit = hexDigit(unit);
      if (digit >= 0) {
        this.#digit(digit);
        return;
      }
      this.#cutOff();
      this.#bytes += this.#escaped;
      this.#escaped = 0;
    }
    if (unit === PERCENT) {
      this.#escaped = 1;
      return;
    }
    if (this.#missing > 0) this.#cutOff();
    if (unit === AMPERSAND) this.#isInValue = false;
    else if (unit === EQUALS && !this.#isInValue) this.#isInValue = true;
    else this.#bytes += utf8BytesOfUnit(unit);
  }

  #digit(digit: number): void {
    if (this.#escaped === 1) {
      this.#highDigit = digit;
      this.#escaped = 2;
      return;
    }
    this.#escaped = 0;
    this.#byte(this.#highDigit * 16 + digit);
  }

  /** Follows the UTF-8 decoder of the Encoding Standard. */
  #byte(byte: number): void {
    if (this.#missing > 0 && byte >= this.#lower && byte <= this.#upper) {
      this.#lower = 0x80;
      this.#upper = 0xbf;
      this.#missing -= 1;
      if (this.#missing === 0) this.#bytes += this.#length;
      return;
    }
    this.#cutOff();
    if (byte < 0x80) this.#bytes += 1;
    else if (byte >= 0xc2 && byte <= 0xdf) this.#begin(2);
    else if (byte >= 0xe0 && byte <= 0xef) this.#begin(3, byte === 0xe0 ? 0xa0 : 0x80, byte === 0xed ? 0x9f : 0xbf);
    else if (byte >= 0xf0 && byte <= 0xf4) this.#begin(4, byte === 0xf0 ? 0x90 : 0x80, byte === 0xf4 ? 0x8f : 0xbf);
    else this.#bytes += REPLACEMENT_BYTES;
  }

  #begin(length: number, lower = 0x80, upper = 0xbf): void {
    this.#length = length;
    this.#missing = length - 1;
    this.#lower = lower;
    this.#upper = upper;
  }

  /** An incomplete sequence is invalid UTF-8. */
  #cutOff(): void {
    if (this.#missing > 0) this.#bytes += REPLACEMENT_BYTES;
    this.#missing = 0;
    this.#lower = 0x80;
    this.#upper = 0xbf;
  }
}
