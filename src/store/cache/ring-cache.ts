import type { StoredAttributes, StoredVersion } from "../../core/ports/attribute-store.ts";
import type { MemberSink } from "../../core/ports/member-sink.ts";
import { Ring } from "./ring.ts";

/**
 * A cache of attributes in a ring buffer with a set-associative index, outside the reach of the garbage collector. It
 * takes exactly the bytes it is given, for any number of users. As a Map of objects, half a million users took three
 * times their size, and evicting the oldest stopped the thread for hundreds of milliseconds (docs/decisions/0006).
 *
 * A new record overwrites, and so evicts, the oldest one. A record that is read after half the ring was written is
 * reinserted at the front, so that records in use stay. Index entries are never removed: a record's position tells
 * whether it was overwritten.
 */
export class RingCache {
  readonly #tags: Int32Array;
  readonly #positions: Float64Array;
  readonly #bucketMask: number;
  readonly #ring: Ring;

  /** @param memoryBytesMax for everything, including the index and the garbage that JavaScriptCore lets build up */
  constructor(memoryBytesMax: number) {
    const bytesMax = memoryBytesMax * OWN_PART;
    const slots = Math.max(WAYS, powerOfTwoFrom(bytesMax / BYTES_PER_SLOT));
    this.#tags = new Int32Array(slots);
    this.#positions = new Float64Array(slots);
    this.#bucketMask = slots / WAYS - 1;
    this.#ring = new Ring(Math.max(0, bytesMax - slots * SLOT_BYTES));
  }

  /**
   * Undefined if the user is not cached, has another stamp, has no attributes here, or is older than `oldestAllowed`.
   */
  find(hash: number, app: number, name: string, stamp: number, oldestAllowed = 0): StoredAttributes | undefined {
    const slot = this.#freshSlotOf(hash, app, name, stamp, oldestAllowed);
    if (slot === -1) return undefined;
    const position = this.#positionAt(slot);
    const bytes = this.#ring.at(position);
    const at = this.#ring.offset(position);
    const idAt = at + HEADER_BYTES + name.length;
    const idBytes = readInt(bytes, at + ID_BYTES);
    const jsonBytes = readInt(bytes, at + JSON_BYTES);
    if (jsonBytes === NO_JSON) return undefined;
    const end = idAt + idBytes + jsonBytes;
    // Decode once and slice: slices are not copied, and each decoding is a call out of JavaScript.
    const text = bytes.toString("utf8", idAt, end);
    const found = {
      userId: text.slice(0, idBytes),
      json: text.slice(idBytes),
      bytes: readInt(bytes, at + BYTES),
      version: readLong(bytes, at + VERSION),
      modified: readLong(bytes, at + MODIFIED),
    };
    this.#keep(slot, position);
    return found;
  }

  /**
   * Appends the user's attributes, if any, to `into`. Undefined if `find` would return that; false if there is no room.
   */
  copy(
    hash: number,
    app: number,
    name: string,
    stamp: number,
    spelling: string,
    into: MemberSink,
  ): boolean | undefined {
    const slot = this.#freshSlotOf(hash, app, name, stamp, 0);
    if (slot === -1) return undefined;
    const position = this.#positionAt(slot);
    const bytes = this.#ring.at(position);
    const at = this.#ring.offset(position);
    const jsonBytes = readInt(bytes, at + JSON_BYTES);
    if (jsonBytes === NO_JSON) return undefined;
    if (readInt(bytes, at + BYTES) > 0) {
      const from = at + HEADER_BYTES + name.length + readInt(bytes, at + ID_BYTES);
      if (!into.append(spelling, bytes, from, from + jsonBytes, readLong(bytes, at + MODIFIED))) return false;
    }
    this.#keep(slot, position);
    return true;
  }

  /** The version, whether it was added with attributes or without. */
  findVersion(hash: number, app: number, name: string, stamp: number, oldestAllowed = 0): StoredVersion | undefined {
    const slot = this.#freshSlotOf(hash, app, name, stamp, oldestAllowed);
    if (slot === -1) return undefined;
    const position = this.#positionAt(slot);
    const bytes = this.#ring.at(position);
    const at = this.#ring.offset(position);
    const idAt = at + HEADER_BYTES + name.length;
    return {
      userId: bytes.toString("latin1", idAt, idAt + readInt(bytes, at + ID_BYTES)),
      bytes: readInt(bytes, at + BYTES),
      version: readLong(bytes, at + VERSION),
      modified: readLong(bytes, at + MODIFIED),
    };
  }

  /** When the attributes last changed. */
  findModified(hash: number, app: number, name: string, stamp: number, oldestAllowed = 0): number | undefined {
    const slot = this.#freshSlotOf(hash, app, name, stamp, oldestAllowed);
    if (slot === -1) return undefined;
    const position = this.#positionAt(slot);
    return readLong(this.#ring.at(position), this.#ring.offset(position) + MODIFIED);
  }

  /**
   * Adds the user, or replaces their record. Skips records that are too large and names beyond ASCII.
   * @param stored a version alone takes little memory, and is enough to answer when something last changed
   */
  add(
    hash: number,
    app: number,
    name: string,
    stamp: number,
    stored: StoredAttributes | StoredVersion,
    time = 0,
  ): void {
    const { userId, version, modified } = stored;
    if (!isAscii(name) || !isAscii(userId)) return;
    const json = "json" in stored ? stored.json : undefined;
    const jsonBytes = json === undefined ? NO_JSON : Buffer.byteLength(json);
    const length = HEADER_BYTES + name.length + userId.length + Math.max(0, jsonBytes);
    const slot = this.#slotFor(hash, app, name);
    const position = this.#roomFor(slot, hash, app, name, length);
    this.#positions[slot] = position;
    if (position === 0) return;
    const bytes = this.#ring.at(position);
    const at = this.#ring.offset(position);
    writeInt(bytes, at + STAMP, stamp);
    writeInt(bytes, at + APP, app);
    writeInt(bytes, at + NAME_BYTES, name.length);
    writeInt(bytes, at + ID_BYTES, userId.length);
    writeInt(bytes, at + JSON_BYTES, jsonBytes);
    writeInt(bytes, at + BYTES, stored.bytes);
    writeLong(bytes, at + VERSION, version);
    writeLong(bytes, at + MODIFIED, modified);
    writeLong(bytes, at + TIME, time);
    const idAt = at + HEADER_BYTES + name.length;
    bytes.write(name, at + HEADER_BYTES, "latin1");
    bytes.write(userId, idAt, "latin1");
    if (json !== undefined) bytes.write(json, idAt + userId.length, "utf8");
    this.#tags[slot] = hash;
  }

  /** Reinserts a record that was read if it is in the older half. Use its bytes before: this may overwrite them. */
  #keep(slot: number, position: number): void {
    if (!this.#ring.isInOlderHalf(position)) return;
    const room = readInt(this.#ring.at(position), this.#ring.offset(position) + ROOM);
    this.#positions[slot] = this.#ring.reinsert(position, room);
  }

  /** Finds a position for a record: the user's present one if it has room, so that sets take no memory; or 0. */
  #roomFor(slot: number, hash: number, app: number, name: string, length: number): number {
    if (this.#isAt(slot, hash, app, name)) {
      const present = this.#positionAt(slot);
      const room = readInt(this.#ring.at(present), this.#ring.offset(present) + ROOM);
      if (room >= length && !this.#ring.isInOlderHalf(present)) return present;
    }
    const room = length + Math.ceil(length / SPARE_PART);
    const position = this.#ring.reserve(room) ?? 0;
    if (position !== 0) writeInt(this.#ring.at(position), this.#ring.offset(position) + ROOM, room);
    return position;
  }

  clear(): void {
    this.#positions.fill(0);
  }

  /** The slot of the user's record, or -1. */
  #slotOf(hash: number, app: number, name: string): number {
    const first = (hash & this.#bucketMask) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++) if (this.#isAt(slot, hash, app, name)) return slot;
    return -1;
  }

  /** The slot of the user's record if it has this stamp and is not older than allowed, or -1. */
  #freshSlotOf(hash: number, app: number, name: string, stamp: number, oldestAllowed: number): number {
    const slot = this.#slotOf(hash, app, name);
    if (slot === -1) return -1;
    const position = this.#positionAt(slot);
    const bytes = this.#ring.at(position);
    const at = this.#ring.offset(position);
    return readInt(bytes, at + STAMP) === stamp && readLong(bytes, at + TIME) >= oldestAllowed ? slot : -1;
  }

  #isAt(slot: number, hash: number, app: number, name: string): boolean {
    if (this.#tags[slot] !== hash) return false;
    const position = this.#positionAt(slot);
    return this.#ring.holds(position) && this.#isOf(position, app, name);
  }

  /** The slot for a new record: the user's own, or that of the bucket's oldest record. */
  #slotFor(hash: number, app: number, name: string): number {
    const own = this.#slotOf(hash, app, name);
    if (own !== -1) return own;
    const first = (hash & this.#bucketMask) * WAYS;
    let oldest = first;
    for (let slot = first + 1; slot < first + WAYS; slot++) {
      if (this.#positionAt(slot) < this.#positionAt(oldest)) oldest = slot;
    }
    return oldest;
  }

  #isOf(position: number, app: number, name: string): boolean {
    const bytes = this.#ring.at(position);
    const at = this.#ring.offset(position);
    if (readInt(bytes, at + APP) !== app || readInt(bytes, at + NAME_BYTES) !== name.length) return false;
    const nameAt = at + HEADER_BYTES;
    for (let index = 0; index < name.length; index++) {
      if (bytes[nameAt + index] !== name.charCodeAt(index)) return false;
    }
    return true;
  }

  #positionAt(slot: number): number {
    return this.#positions[slot] ?? 0;
  }
}

/** The rest is for garbage: memory that JavaScriptCore counts but cannot free makes it collect less often. */
const OWN_PART = 0.75;

/** A user may be in any slot of their bucket. */
const WAYS = 8;
const SLOT_BYTES = Int32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT;
/**
 * One slot per 128 bytes: a user with five short attributes takes twice that, so that hardly any bucket is ever full.
 */
const BYTES_PER_SLOT = 128;

// A record: the header, the name, the user's id, the JSON text.
const STAMP = 0;
const APP = 4;
const NAME_BYTES = 8;
const ID_BYTES = 12;
const JSON_BYTES = 16;
const BYTES = 20;
const VERSION = 24;
const MODIFIED = 32;
/** Bytes reserved for the record, its header included. */
const ROOM = 40;
const TIME = 44;
const HEADER_BYTES = 52;

/** In JSON_BYTES: the record holds a version only. */
const NO_JSON = -1;

/** A record gets an eighth of its length as spare room to grow. */
const SPARE_PART = 8;

// Read byte by byte: JavaScriptCore counts each further typed array over the same memory as if it were memory again.

function readInt(bytes: Buffer, at: number): number {
  return byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
}

function writeInt(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
  bytes[at + 3] = value >> 24;
}

/** A whole number from 0 to 2^53. */
function readLong(bytes: Buffer, at: number): number {
  return (readInt(bytes, at) >>> 0) + readInt(bytes, at + 4) * 2 ** 32;
}

function writeLong(bytes: Buffer, at: number, value: number): void {
  writeInt(bytes, at, value | 0);
  writeInt(bytes, at + 4, Math.floor(value / 2 ** 32));
}

function byte(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0;
}

function powerOfTwoFrom(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, count)));
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
