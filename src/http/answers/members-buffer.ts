import type { ByteSource, MemberSink } from "../../core/ports/member-sink.ts";
import type { Span } from "./reply.ts";

/** Room for the opening, which `finish` writes in front of the data. */
const OPENING_BYTES = 64;
/** Room for the ends of both objects and for the duration. */
const CLOSING_BYTES = 64;
/** A legal username has 64 bytes at most, and a time 16 digits. */
const MODIFIED_BYTES_MAX = 88;

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;

/**
 * Builds the body of a batch get in one buffer that all answers reuse: a string per user and a new buffer per answer
 * would take longer than everything else. The members of `lastModified` gather in a second buffer, which `finish`
 * copies behind `data`. Nothing else may run between `clear` and the use of the bytes that `finish` returns.
 */
export class MembersBuffer implements MemberSink {
  readonly #data: Buffer;
  readonly #modified: Buffer;
  #dataEnd = OPENING_BYTES;
  #modifiedEnd = 0;

  /** @param bytesMax of an answer */
  constructor(bytesMax: number) {
    this.#data = Buffer.allocUnsafeSlow(OPENING_BYTES + bytesMax);
    this.#modified = Buffer.allocUnsafeSlow(bytesMax);
  }

  clear(): void {
    this.#dataEnd = OPENING_BYTES;
    this.#modifiedEnd = 0;
  }

  append(spelling: string, json: ByteSource, start: number, end: number, modified: number): boolean {
    if (!this.#hasRoom(spelling, end - start)) return false;
    this.#dataEnd = writeName(this.#data, this.#dataEnd, spelling, this.#modifiedEnd > 0);
    this.#dataEnd += json.copy(this.#data, this.#dataEnd, start, end);
    this.#appendModified(spelling, modified);
    return true;
  }

  appendText(spelling: string, json: string, modified: number): boolean {
    if (!this.#hasRoom(spelling, json.length * 3)) return false;
    this.#dataEnd = writeName(this.#data, this.#dataEnd, spelling, this.#modifiedEnd > 0);
    this.#dataEnd += this.#data.write(json, this.#dataEnd, "utf8");
    this.#appendModified(spelling, modified);
    return true;
  }

  /** Returns the body, valid until the next `clear`. */
  finish({ from, to }: Span): Uint8Array {
    const opening = `{"timestamp":${to},"data":{`;
    const start = OPENING_BYTES - opening.length;
    const data = this.#data;
    data.write(opening, start, "latin1");
    let end = this.#dataEnd;
    end += data.write('},"lastModified":{', end, "latin1");
    end += this.#modified.copy(data, end, 0, this.#modifiedEnd);
    end += data.write(`},"duration":${Math.max(0, to - from)}}`, end, "latin1");
    return data.subarray(start, end);
  }

  #hasRoom(spelling: string, jsonBytes: number): boolean {
    const needed = this.#dataEnd + spelling.length + jsonBytes + this.#modifiedEnd + MODIFIED_BYTES_MAX + CLOSING_BYTES;
    return needed <= this.#data.length;
  }

  #appendModified(spelling: string, modified: number): void {
    const at = writeName(this.#modified, this.#modifiedEnd, spelling, this.#modifiedEnd > 0);
    this.#modifiedEnd = writeDigits(this.#modified, at, modified);
  }
}

/** Returns the end. A legal username is ASCII and needs no escaping. */
function writeName(bytes: Buffer, start: number, name: string, isFurther: boolean): number {
  let at = start;
  if (isFurther) bytes[at++] = COMMA;
  bytes[at++] = QUOTE;
  for (let index = 0; index < name.length; index++) bytes[at++] = name.charCodeAt(index);
  bytes[at++] = QUOTE;
  bytes[at++] = COLON;
  return at;
}

/** @param value a whole number from 0 to 2^53 */
function writeDigits(bytes: Buffer, start: number, value: number): number {
  // In two parts that fit 32 bits: dividing doubles digit by digit would double the time of an answer of 100 users.
  const high = Math.floor(value / 10_000_000);
  if (high === 0) return writeSmall(bytes, start, value, 1);
  return writeSmall(
    bytes,
    high < 1_000_000_000 ? writeSmall(bytes, start, high, 1) : writeText(bytes, start, high),
    value - high * 10_000_000,
    7,
  );
}

function writeSmall(bytes: Buffer, start: number, value: number, digitsMin: number): number {
  let digits = digitsMin;
  for (let power = 10 ** digitsMin; power <= value; power *= 10) digits += 1;
  let rest = value | 0;
  for (let at = start + digits - 1; at >= start; at--) {
    const next = (rest / 10) | 0;
    bytes[at] = ZERO + rest - next * 10;
    rest = next;
  }
  return start + digits;
}

function writeText(bytes: Buffer, start: number, value: number): number {
  return start + bytes.write(String(value), start, "latin1");
}
