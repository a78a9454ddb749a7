/**
 * A ring of bytes, written round and round. Positions count from the first byte ever written, so that one number says
 * both where a record is and whether it has been written over. The memory is taken piece by piece as it is used: a
 * small store never takes the whole, and JavaScriptCore lets garbage grow with what is taken.
 */
export class Ring {
  readonly #segments: Buffer[] = [];
  readonly #segmentBytes: number;
  readonly #segmentsMax: number;
  /** Where the next record goes. The first byte is passed over: 0 is no position. */
  #head = 1;

  constructor(bytesMax: number) {
    this.#segmentBytes = Math.max(1, Math.min(SEGMENT_BYTES_MAX, Math.floor(bytesMax / SEGMENTS_MIN)));
    this.#segmentsMax = Math.floor(bytesMax / this.#segmentBytes);
  }

  /** The memory that holds the record, which begins there at `offset(position)`. */
  at(position: number): Buffer {
    const order = Math.floor(position / this.#segmentBytes) % this.#segmentsMax;
    const segment = this.#segments[order] ?? Buffer.allocUnsafeSlow(this.#segmentBytes);
    this.#segments[order] ??= segment;
    return segment;
  }

  offset(position: number): number {
    return position % this.#segmentBytes;
  }

  /** False for 0 and for what has been written over since. */
  holds(position: number): boolean {
    // The segment that is being written has lost all its former records.
    return position > 0 && position >= this.#segmentStart(this.#head) - (this.#segmentsMax - 1) * this.#segmentBytes;
  }

  /** Half the ring has been written since. */
  isInOlderHalf(position: number): boolean {
    return this.#head - position > (this.#segmentsMax * this.#segmentBytes) / 2;
  }

  /** A place for a record; undefined for one so large that a few of them would throw out all others. */
  reserve(length: number): number | undefined {
    if (length > this.#segmentBytes / RECORDS_PER_SEGMENT_MIN) return undefined;
    const next = this.#segmentStart(this.#head) + this.#segmentBytes;
    if (this.#head + length > next) this.#head = next;
    const position = this.#head;
    this.#head += length;
    return position;
  }

  /** Copies a record that it holds; its new position. */
  reinsert(position: number, length: number): number {
    const from = this.at(position);
    const start = this.offset(position);
    const moved = this.reserve(length);
    // What was reserved may begin the very segment that the record is in: then it is being written over.
    if (moved === undefined || this.at(moved) === from) return 0;
    from.copy(this.at(moved), this.offset(moved), start, start + length);
    return moved;
  }

  #segmentStart(position: number): number {
    return position - (position % this.#segmentBytes);
  }
}

const SEGMENT_BYTES_MAX = 4_194_304;
const SEGMENTS_MIN = 8;
const RECORDS_PER_SEGMENT_MIN = 4;
