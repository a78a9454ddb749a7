/** Reads little-endian numbers and length-prefixed bytes. Past the end it reads zeroes, and `isShort` is true. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A read went past the end. */
  get isShort(): boolean {
    return this.#at > this.#bytes.length;
  }

  u16(): number {
    const at = this.#pass(2);
    return this.isShort ? 0 : this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#pass(4);
    return this.isShort ? 0 : this.#view.getUint32(at, true);
  }

  bytes(): Uint8Array {
    const length = this.u16();
    const at = this.#pass(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  /** All remaining bytes; does not move the position. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  #pass(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
