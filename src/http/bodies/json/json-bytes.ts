import { type DecodedBytes, REPLACEMENT_BYTES, utf8BytesOfUnit } from "../decoded-bytes.ts";
import { hexDigit } from "../part-decoder.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const LETTER_U = 0x75;

/**
 * Counts the bytes of a JSON object of attributes: its texts, and its numbers and booleans, which are stored as they
 * are written.
 */
export class JsonBytes implements DecodedBytes {
  #bytes = 0;
  #isInText = false;
  /** 1 after a backslash, then the number of characters of `\uXXXX` that have arrived. */
  #escaped = 0;
  #escapedUnit = 0;
  /** The last unit is a high surrogate; its second half may follow. */
  #isHalf = false;
  /** Inside a number or a word. */
  #isInWord = false;
  #isNull = false;

  add(text: string): number {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (this.#isInText) this.#inText(code);
      else if (isOfWord(code)) this.#ofWord(code);
      else {
        this.#isInWord = false;
        this.#isInText = code === QUOTE;
      }
    }
    return this.#bytes;
  }

  #inText(code: number): void {
    if (this.#escaped > 0) this.#inEscape(code);
    else if (code === BACKSLASH) this.#escaped = 1;
    else if (code === QUOTE) {
      this.#endHalf();
      this.#isInText = false;
    } else this.#unit(code);
  }

  #inEscape(code: number): void {
    if (this.#escaped === 1 && code !== LETTER_U) {
      this.#escaped = 0;
      this.#unit(QUOTE); // Each short escape stands for one byte.
      return;
    }
    if (this.#escaped === 1) this.#escapedUnit = 0;
    else this.#escapedUnit = this.#escapedUnit * 16 + Math.max(0, hexDigit(code));
    this.#escaped = (this.#escaped + 1) % 6;
    if (this.#escaped === 0) this.#unit(this.#escapedUnit);
  }

  #unit(unit: number): void {
    if (this.#isHalf && unit >= 0xdc00 && unit < 0xe000) {
      this.#isHalf = false;
      this.#bytes += 4;
      return;
    }
    this.#endHalf();
    if (unit >= 0xd800 && unit < 0xdc00) this.#isHalf = true;
    else this.#bytes += unit >= 0xdc00 && unit < 0xe000 ? REPLACEMENT_BYTES : utf8BytesOfUnit(unit);
  }

  #endHalf(): void {
    if (this.#isHalf) this.#bytes += REPLACEMENT_BYTES;
    this.#isHalf = false;
  }

  #ofWord(code: number): void {
    if (!this.#isInWord) this.#isNull = code === LETTER_N;
    this.#isInWord = true;
    if (!this.#isNull) this.#bytes += 1;
  }
}

/** A letter, digit, sign or point. Everything else separates. */
function isOfWord(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    ((code | 0x20) > 0x60 && (code | 0x20) < 0x7b) ||
    (code >= 0x2b && code <= 0x2e && code !== 0x2c)
  );
}
