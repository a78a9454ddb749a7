import { EscapeReader, type EscapeSink } from "./escape-reader.ts";

const ESCAPE = 0x1b;

/** What a form's own marks are escaped as: each was part of a key or a value. */
const ESCAPED_MARKS: ReadonlyMap<number, Uint8Array> = new Map(
  ["%", "&", "+", "="].map((mark) => {
    const code = mark.charCodeAt(0);
    return [code, Buffer.from(`%${code.toString(16)}`)];
  }),
);
const ESCAPED_PERCENT = Buffer.from("%25");

/**
 * Puts the bytes in the place of a form's `%XX`, before they are decoded: what a character's bytes are, raw or escaped, only
 * the decoder can say. `%`, `&`, `+` and `=` stay escaped, and a stray `%` becomes so: in no charset that contains ASCII are they part of
 * another character, but for the shifted text of ISO-2022-JP.
 */
export class FormEscapes implements EscapeSink<Resolved> {
  readonly #reader = new EscapeReader<Resolved>(this);
  readonly #shifts: boolean;
  /** How many bytes of an ISO-2022-JP escape sequence have come, and the second of them. */
  #sequence = 0;
  #designator = 0;
  /** How its first byte was sent. */
  #sent: "raw" | "escaped" = "raw";
  /** What a raw escape sequence has shifted to is raw itself: a `%` there is half of a character. */
  #shifted: "no" | "raw" | "escaped" = "no";

  constructor(charset: string) {
    this.#shifts = charset === "iso-2022-jp";
  }

  /** @param isEnd no more will come */
  resolve(bytes: Uint8Array, isEnd: boolean): Uint8Array {
    // A stray `%` becomes three bytes; two more may be left of the piece before.
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

  /** `ESC $ @`, `ESC $ B` and `ESC ( I` shift, `ESC ( B` and `ESC ( J` shift back. */
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

/** Bytes that are put one behind the other. */
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
