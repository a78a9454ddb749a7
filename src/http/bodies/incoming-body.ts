import type { Asker } from "../../core/admission/asker.ts";
import type { Place, Slots } from "../../core/admission/slots.ts";
import { busy } from "../../core/refusals.ts";
import { WireRefusal } from "../answers/wire-refusals.ts";
import type { Arrival, Arrivals } from "./arrivals.ts";
import { type BodyReader, discardBody } from "./discard-body.ts";
import { unsupported } from "./media-types.ts";
import { BODY_BYTES_MAX, type RequestBody, SMALL_BODY_BYTES_MAX } from "./request-body.ts";

/** What all bodies of a server share. */
export interface BodyParts {
  /** Of `bodies`, in bytes. */
  readonly slots: Slots;
  readonly arrivals: Arrivals;
}

/** What the socket knows of a request. */
export interface BodySource {
  readonly request: Request;
  /** Seconds after which the runtime closes the request's connection if nothing is answered. 0 = never. */
  readonly setIdleTimeout: (request: Request, seconds: number) => void;
}

/** Of connections on which nothing happens. */
export const IDLE_SECONDS = 30;

/**
 * Bodies up to this are taken in one piece. In pieces, as larger ones are, they are several times their size in memory
 * that is soon garbage: 800 sets of 199 kB at once made the process grow by 850 MB, and in one piece by 300.
 */
export const WHOLE_BYTES_MAX = 262_144;

/** A chunked body is charged in such steps. */
const STEP_BYTES = 65_536;
/** With one of these there may be a body. */
const FRAMING = ["transfer-encoding", "content-length"];

/**
 * A body on its way in. Its bytes are charged to the budget before anything is waited for, because the runtime takes
 * them in meanwhile, and given back by `release` when the request is answered, because what was made of them lives
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
  #place: Place | undefined;
  #isHeldOpen = false;
  #isLate = false;
  /** Of what waits for bytes. */
  #reject: ((refusal: WireRefusal) => void) | undefined;

  /** @param holder says who asks, as soon as more than a little is held */
  constructor(parts: BodyParts, source: BodySource, holder: { readonly asker: () => Asker }) {
    this.#parts = parts;
    this.#source = source;
    this.#holder = holder;
    this.sinceMs = parts.arrivals.timers.nowMs();
    const length = source.request.headers.get("content-length");
    // The runtime takes two equal lengths, which read `3, 3`, for one. What is no number must not be counted: no sum would ever be one again.
    this.announcedBytes = length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
  }

  /**
   * Charges what may come, to who asks by now; anew when that is known better. Refuses with `busy`.
   * @param isReadNext a chunked body will be read, and charged as it comes; else the runtime takes in what it likes
   * @param chargedMax what is larger will be refused at once
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
    // It may have come whole: nobody is told how much of it has.
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

  /** Gives back what is held; the request is answered. */
  release(): void {
    if (this.#unnamedBytes > 0) this.#parts.slots.dropUnnamed(this.#unnamedBytes);
    this.#unnamedBytes = 0;
    this.#place?.leave();
    this.#place = undefined;
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
   * What is on its way is read first, so that the client sees the answer; unless there is no room even for that, for the
   * runtime takes it in before it is read.
   */
  async #tooLarge(reader: BodyReader | undefined): Promise<WireRefusal> {
    const refusal = new WireRefusal({ code: "body_too_large" });
    this.release();
    if (reader === undefined) return refusal;
    this.#place = this.#parts.slots.tryEnter(this.#holder.asker(), BODY_BYTES_MAX);
    if (this.#place !== undefined) await discardBody(reader, this.announcedBytes, this.#parts.arrivals.timers);
    return refusal;
  }

  /** Who asks is found out only for more than a little, or when much is held: it costs more than a small body. */
  #charge(bytes: number): void {
    if (bytes === 0) return;
    const { slots } = this.#parts;
    const unnamed = this.#unnamedBytes + bytes;
    if (unnamed <= SMALL_BODY_BYTES_MAX && slots.holdUnnamed(bytes)) {
      this.#unnamedBytes = unnamed;
      return;
    }
    // As one that had announced all of it: what grows bit by bit would be let in less easily.
    const named = (this.#place?.amount ?? 0) + bytes;
    this.#place?.leave();
    this.#place = slots.tryEnter(this.#holder.asker(), named);
    if (this.#place === undefined) throw busy();
  }

  /** The next piece, unless the body is given up before. */
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
