/**
 * A ring buffer. Positions count from the first byte ever written, so that one number tells where a record is and
 * whether it was overwritten. The memory is allocated in segments when first used: a small store never takes all of it,
 * and JavaScriptCore lets garbage grow with the memory in use.
 */
export class Ring {
  readonly #segments: Buffer[] = [];
  /** A power of two: its inverse is exact, and multiplying by it is faster than a remainder of doubles. */
  readonly #segmentBytes: number;
  readonly #perSegment: number;
  readonly #segmentsMax: number;
  /** Where the next record goes. Starts at 1: 0 is no position. */
  #head = 1;
  /** The first position that is not overwritten. The segment that is being written has lost all its old records. */
  #tail = 1;

  constructor(bytesMax: number) {
    const bytes = Math.max(1, Math.min(SEGMENT_BYTES_MAX, bytesMax / SEGMENTS_MIN));
    this.#segmentBytes = 2 ** Math.floor(Math.log2(bytes));
    this.#perSegment = 1 / this.#segmentBytes;
    this.#segmentsMax = Math.floor(bytesMax / this.#segmentBytes);
  }

  /** The segment that holds the record, which begins at `offset(position)`. */
  at(position: number): Buffer {
    const order = this.#serial(position) % this.#segmentsMax;
    return this.#segments[order] ?? this.#allocate(order);
  }

  offset(position: number): number {
    return (position - this.#serial(position) * this.#segmentBytes) | 0;
  }

  /** False for 0 and for records that were overwritten. */
  holds(position: number): boolean {
    return position >= this.#tail;
  }

  /** True if more than half the ring was written after this record. */
  isInOlderHalf(position: number): boolean {
    return this.#head - position > (this.#segmentsMax * this.#segmentBytes) / 2;
  }

  /** Reserves room for a record; undefined if it is so large that a few of them would evict all others. */
  reserve(length: number): number | undefined {
    if (length > this.#segmentBytes / RECORDS_PER_SEGMENT_MIN) return undefined;
    const next = (this.#serial(this.#head) + 1) * this.#segmentBytes;
    if (this.#head + length > next) this.#head = next;
    const position = this.#head;
    this.#head += length;
    this.#tail = Math.max(1, (this.#serial(this.#head) - this.#segmentsMax + 1) * this.#segmentBytes);
    return position;
  }

  /** Copies a record to the front; returns its new position, or 0. */
  reinsert(position: number, length: number): number {
    const from = this.at(position);
    const start = this.offset(position);
    const moved = this.reserve(length);
    // The reserved room may begin the record's own segment, which is then being overwritten.
    if (moved === undefined || this.at(moved) === from) return 0;
    from.copy(this.at(moved), this.offset(moved), start, start + length);
    return moved;
  }

  /** The number of the position's segment, counted from the first ever written. */
  #serial(position: number): number {
    return Math.floor(position * this.#perSegment);
  }

  #allocate(order: number): Buffer {
    const segment = Buffer.allocUnsafeSlow(this.#segmentBytes);
    this.#segments[order] = segment;
    return segment;
  }
}

const SEGMENT_BYTES_MAX = 4_194_304;
const SEGMENTS_MIN = 8;
const RECORDS_PER_SEGMENT_MIN = 4;
