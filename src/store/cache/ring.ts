/**
 * A ring buffer. Positions count from the first byte ever written, so that one number tells where a record is and
 * whether it was overwritten. The memory is allocated in segments when first used: a small store never takes all of it,
 * and JavaScriptCore lets garbage grow with the memory in use.
 */
export class Ring {
  readonly #segments: Buffer[] = [];
  readonly #segmentBytes: number;
  readonly #segmentsMax: number;
  /** Where the next record goes. Starts at 1: 0 is no position. */
  #head = 1;

  constructor(bytesMax: number) {
    this.#segmentBytes = Math.max(1, Math.min(SEGMENT_BYTES_MAX, Math.floor(bytesMax / SEGMENTS_MIN)));
    this.#segmentsMax = Math.floor(bytesMax / this.#segmentBytes);
  }

  /** The segment that holds the record, which begins at `offset(position)`. */
  at(position: number): Buffer {
    const order = Math.floor(position / this.#segmentBytes) % this.#segmentsMax;
    const segment = this.#segments[order] ?? Buffer.allocUnsafeSlow(this.#segmentBytes);
    this.#segments[order] ??= segment;
    return segment;
  }

  offset(position: number): number {
    return position % this.#segmentBytes;
  }

  /** False for 0 and for records that were overwritten. */
  holds(position: number): boolean {
    // The segment that is being written has lost all its old records.
    return position > 0 && position >= this.#segmentStart(this.#head) - (this.#segmentsMax - 1) * this.#segmentBytes;
  }

  /** True if more than half the ring was written after this record. */
  isInOlderHalf(position: number): boolean {
    return this.#head - position > (this.#segmentsMax * this.#segmentBytes) / 2;
  }

  /** Reserves room for a record; undefined if it is so large that a few of them would evict all others. */
  reserve(length: number): number | undefined {
    if (length > this.#segmentBytes / RECORDS_PER_SEGMENT_MIN) return undefined;
    const next = this.#segmentStart(this.#head) + this.#segmentBytes;
    if (this.#head + length > next) this.#head = next;
    const position = this.#head;
    this.#head += length;
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

  #segmentStart(position: number): number {
    return position - (position % this.#segmentBytes);
  }
}

const SEGMENT_BYTES_MAX = 4_194_304;
const SEGMENTS_MIN = 8;
const RECORDS_PER_SEGMENT_MIN = 4;
