import { EscapeReader, type EscapeSink } from "./escape-reader.ts";

const ESCAPE = 0x1b;

/** A form's own delimiters stay escaped, because each was part of a key or a value. */
const ESCAPED_MARKS: ReadonlyMap<number, Uint8Array> = new Map(
  ["%", "&", "+", "="].map((mark) => {
    const code = mark.charCodeAt(0);
    return [code, Buffer.from(`%${code.toString(16)}`)];
  }),
);
const ESCAPED_PERCENT = Buffer.from("%25");

/**
 * Replaces the `%XX` of a form by their bytes before decoding, since only the decoder knows which bytes, raw or
 * escaped, make a character. `%`, `&`, `+` and `=` stay escaped, and a stray `%` becomes escaped. No charset that
 * contains ASCII uses these bytes inside another character, except in the shifted text of ISO-2022-JP.
 */
export class FormEscapes implements EscapeSink<Resolved> {
  readonly #reader = new EscapeReader<Resolved>(this);
  readonly #shifts: boolean;
  /** Number of bytes of an ISO-2022-JP escape sequence that have arrived, and its second byte. */
  #sequence = 0;
  #designator = 0;
  /** How the sequence's first byte was sent. */
  #sent: "raw" | "escaped" = "raw";
  /**
   * How the current shift sequence was sent. After a raw one the text is raw, too: a `%` there is half of a character.
   */
  #shifted: "no" | "raw" | "escaped" = "no";

  constructor(charset: string) {
    this.#shifts = charset === "iso-2022-jp";
  }

  /** @param isEnd this is the last piece */
  resolve(bytes: Uint8Array, isEnd: boolean): Uint8Array {
    // A stray `%` becomes three bytes; up to two more bytes may be left from the previous piece.
    const resolved = new Resolved(3 * (bytes.length + 3));
    for (const byte of bytes) this.#reader.take(byte, resolved, this.#shifted === "raw");
    if (isEnd) this.#reader.end(resolved);
    return resolved.bytes();
  }

  raw(byte: number, resolved: Resolved): void {
    this.#put(byte, "raw", resolved);
  }

  escaped(byte: number, resolved: Resolved): void {
    const mark = this.#shifted === "no" ? ESCAPED_MARKS.get(byte) : undefined;
    if (mark !== undefined) resolved.add(mark);
    else this.#put(byte, "escaped", resolved);
  }

  stray(resolved: Resolved): void {
    resolved.add(ESCAPED_PERCENT);
  }

  #put(byte: number, how: "raw" | "escaped", resolved: Resolved): void {
    resolved.push(byte);
    if (this.#shifts) this.#shift(byte, how);
  }

  /** `ESC $ @`, `ESC $ B` and `ESC ( I` shift; `ESC ( B` and `ESC ( J` shift back. */
  #shift(byte: number, how: "raw" | "escaped"): void {
    if (byte === ESCAPE) {
      this.#sequence = 1;
      this.#sent = how;
    } else if (this.#sequence === 1) {
      this.#designator = byte;
      this.#sequence = 2;
    } else if (this.#sequence === 2) {
      this.#sequence = 0;
      const sequence = String.fromCharCode(this.#designator, byte);
      if (SHIFTING.has(sequence)) this.#shifted = this.#sent;
      else if (SHIFTING_BACK.has(sequence)) this.#shifted = "no";
    }
  }
}

const SHIFTING: ReadonlySet<string> = new Set(["$@", "$B", "(I"]);
const SHIFTING_BACK: ReadonlySet<string> = new Set(["(B", "(J"]);

/** A byte buffer that grows by appending. */
class Resolved {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytes = new Uint8Array(bytesMax);
  }

  push(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  add(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
