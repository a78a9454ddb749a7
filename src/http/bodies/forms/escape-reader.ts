import { hexDigit } from "../part-decoder.ts";

const PERCENT = 0x25;

/** Receives the parts of a form. @param out where the result is collected */
export interface EscapeSink<Out> {
  raw(byte: number, out: Out): void;
  /** Was sent as `%XX`. */
  escaped(byte: number, out: Out): void;
  /** A `%` that begins no escape. */
  stray(out: Out): void;
}

/** Finds the `%XX` escapes of a form that may be cut anywhere. */
export class EscapeReader<Out> {
  readonly #sink: EscapeSink<Out>;
  /** The digits after a `%`; undefined outside an escape. */
  #digits: number[] | undefined;

  constructor(sink: EscapeSink<Out>) {
    this.#sink = sink;
  }

  /** @param isLiteral a `%` is a byte of a character, not the start of an escape */
  take(byte: number, out: Out, isLiteral = false): void {
    const digits = this.#digits;
    if (digits !== undefined && hexDigit(byte) >= 0) {
      this.#digit(byte, digits, out);
      return;
    }
    this.end(out);
    if (byte === PERCENT && !isLiteral) this.#digits = [];
    else this.#sink.raw(byte, out);
  }

  /** Ends an incomplete escape: its characters stand for themselves. */
  end(out: Out): void {
    const digits = this.#digits;
    if (digits === undefined) return;
    this.#digits = undefined;
    this.#sink.stray(out);
    for (const digit of digits) this.#sink.raw(digit, out);
  }

  #digit(byte: number, digits: number[], out: Out): void {
    const [high] = digits;
    if (high === undefined) {
      digits.push(byte);
      return;
    }
    this.#digits = undefined;
    this.#sink.escaped(hexDigit(high) * 16 + hexDigit(byte), out);
  }
}
