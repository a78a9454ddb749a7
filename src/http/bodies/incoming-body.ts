import type { Asker } from "../../core/admission/asker.ts";
import type { Slot, Slots } from "../../core/admission/slots.ts";
import { busy } from "../../core/refusals.ts";
import { WireRefusal } from "../answers/wire-refusals.ts";
import type { Arrival, Arrivals } from "./arrivals.ts";
import { type BodyReader, discardBody } from "./discard-body.ts";
import { unsupported } from "./media-types.ts";
import { BODY_BYTES_MAX, type RequestBody, SMALL_BODY_BYTES_MAX } from "./request-body.ts";

/** Shared by all bodies of a server. */
export interface BodyParts {
  /** The budget `bodies`, in bytes. */
  readonly slots: Slots;
  readonly arrivals: Arrivals;
}

/** The socket's view of a request. */
export interface BodySource {
  readonly request: Request;
  /** Sets how many seconds the connection may be idle before the runtime closes it. 0 = unlimited. */
  readonly setIdleTimeout: (request: Request, seconds: number) => void;
}

/** Idle timeout of connections (keep-alive), in seconds. */
export const IDLE_SECONDS = 30;

/**
 * Bodies up to this size are read in one piece, larger ones in pieces. Pieces create garbage of several times the
 * body's size: 800 concurrent sets of 199 kB made the process grow by 850 MB, but by 300 MB in one piece.
 */
export const WHOLE_BYTES_MAX = 262_144;

/** A chunked body is charged in steps of this size. */
const STEP_BYTES = 65_536;
/** A request with one of these headers may have a body. */
const FRAMING = ["transfer-encoding", "content-length"];

/**
 * A body being received. Its bytes are charged to the budget before the request waits for anything, because the runtime
 * receives them meanwhile. `release` returns them once the request is answered, because the data parsed from them lives
 * until then.
 */
export class IncomingBody implements RequestBody, Arrival {
  readonly sinceMs: number;
  readonly announcedBytes: number | undefined;
  receivedBytes = 0;
  readonly #parts: BodyParts;
  readonly #source: BodySource;
  readonly #holder: { readonly asker: () => Asker };
  #unnamedBytes = 0;
  #slot: Slot | undefined;
  #isHeldOpen = false;
  #isLate = false;
  /** Rejects the promise that waits for bytes. */
  #reject: ((refusal: WireRefusal) => void) | undefined;

  /** @param holder names the asker; called only if more than a small amount is held */
  constructor(parts: BodyParts, source: BodySource, holder: { readonly asker: () => Asker }) {
    this.#parts = parts;
    this.#source = source;
    this.#holder = holder;
    this.sinceMs = parts.arrivals.timers.nowMs();
    const length = source.request.headers.get("content-length");
    // If the header is sent twice, it reads `3, 3`, and the runtime takes equal lengths for one. A value that is not a
    // number would turn every later sum into NaN.
    this.announcedBytes = length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
  }

  /**
   * Charges the bytes that may arrive to the asker known so far, replacing an earlier charge. Refuses with `busy`.
   * @param isReadNext a chunked body is read next, and charged as it arrives; otherwise the runtime may buffer any
   * amount
   * @param chargedMax larger bodies will be refused anyway, in bytes
   */
  hold(isReadNext: boolean, chargedMax = BODY_BYTES_MAX): void {
    this.release();
    if (this.announcedBytes !== undefined) this.#charge(Math.min(this.announcedBytes, chargedMax));
    else if (FRAMING.some((name) => this.#source.request.headers.has(name))) {
      this.#charge(isReadNext ? STEP_BYTES : BODY_BYTES_MAX);
    }
  }

  text(bytesMax: number): Promise<string> {
    const announced = this.announcedBytes;
    const isWhole = announced !== undefined && announced <= Math.min(bytesMax, WHOLE_BYTES_MAX);
    if (!isWhole) return this.#gathered(bytesMax);
    try {
      this.#refuseEncoded();
    } catch (refusal) {
      return Promise.reject(refusal);
    }
    // It may have arrived completely; the runtime does not report progress.
    this.receivedBytes = announced;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#parts.arrivals.add(this);
      this.#source.request.bytes().then(
        (bytes) => {
          this.#arrived();
          resolve(decoder.decode(bytes));
        },
        (error) => {
          this.#arrived();
          reject(error);
        },
      );
    });
  }

  async *chunks(bytesMax: number): AsyncGenerator<Uint8Array> {
    const announced = this.announcedBytes;
    let chargedBytes = announced ?? STEP_BYTES;
    this.#refuseEncoded();
    const reader = this.#source.request.body?.getReader();
    if (announced !== undefined && announced > bytesMax) throw await this.#tooLarge(reader);
    if (reader === undefined) return;
    this.#parts.arrivals.add(this);
    try {
      for (;;) {
        const { done, value } = await this.#next(reader);
        if (done) return;
        this.receivedBytes += value.length;
        if (this.receivedBytes > bytesMax) throw await this.#tooLarge(reader);
        for (; chargedBytes < this.receivedBytes; chargedBytes += STEP_BYTES) this.#charge(STEP_BYTES);
        yield value;
      }
    } finally {
      this.#arrived();
    }
  }

  /** Releases the budget. Call once the request is answered. */
  release(): void {
    if (this.#unnamedBytes > 0) this.#parts.slots.dropUnnamed(this.#unnamedBytes);
    this.#unnamedBytes = 0;
    this.#slot?.leave();
    this.#slot = undefined;
  }

  holdOpen(): void {
    if (this.#isHeldOpen) return;
    this.#isHeldOpen = true;
    this.#source.setIdleTimeout(this.#source.request, 0);
  }

  expire(): void {
    this.#isLate = true;
    this.#reject?.(new WireRefusal({ code: "body_late" }));
    this.#arrived();
  }

  async #gathered(bytesMax: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks(bytesMax)) chunks.push(chunk);
    return decoder.decode(Buffer.concat(chunks));
  }

  #refuseEncoded(): void {
    const encoding = this.#source.request.headers.get("content-encoding") ?? "identity";
    if (encoding !== "identity") throw unsupported("Content-Encoding", encoding);
  }

  /**
   * Reads the bytes in flight first, so that the client sees the answer. Skipped if the budget has no room for them,
   * since the runtime buffers them before they are read.
   */
  async #tooLarge(reader: BodyReader | undefined): Promise<WireRefusal> {
    const refusal = new WireRefusal({ code: "body_too_large" });
    this.release();
    if (reader === undefined) return refusal;
    this.#slot = this.#parts.slots.tryEnter(this.#holder.asker(), BODY_BYTES_MAX);
    if (this.#slot !== undefined) await discardBody(reader, this.announcedBytes, this.#parts.arrivals.timers);
    return refusal;
  }

  /**
   * Determines the asker only for larger amounts, or when the budget is half used: that costs more than reading a small
   * body.
   */
  #charge(bytes: number): void {
    if (bytes === 0) return;
    const { slots } = this.#parts;
    const unnamed = this.#unnamedBytes + bytes;
    if (unnamed <= SMALL_BODY_BYTES_MAX && slots.holdUnnamed(bytes)) {
      this.#unnamedBytes = unnamed;
      return;
    }
    // Charged like a body that announced its full length: growing step by step would be admitted less readily.
    const named = (this.#slot?.amount ?? 0) + bytes;
    this.#slot?.leave();
    this.#slot = slots.tryEnter(this.#holder.asker(), named);
    if (this.#slot === undefined) throw busy();
  }

  /** The next piece. Rejects if the body is given up first. */
  #next(reader: BodyReader): ReturnType<BodyReader["read"]> {
    if (this.#isLate) throw new WireRefusal({ code: "body_late" });
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      reader.read().then(resolve, reject);
    });
  }

  #arrived(): void {
    this.#parts.arrivals.remove(this);
    if (this.#isHeldOpen) this.#source.setIdleTimeout(this.#source.request, IDLE_SECONDS);
    this.#isHeldOpen = false;
  }
}

const decoder = new TextDecoder();
