import type { Asker } from "../../core/admission/asker.ts";
import type { Slot, Slots } from "../../core/admission/slots.ts";
import { busy } from "../../core/refusals.ts";
import type { Incoming } from "../incoming.ts";
import { pacedStream } from "./paced-stream.ts";

/** Shared by all answers of a server. */
export interface AnswerParts {
  /** The budget `answers`, in bytes. */
  readonly slots: Slots;
  /** Upper bound of the charge for one answer, in bytes, so that even the largest answer can be admitted eventually. */
  readonly chargedMax: number;
  /** Called when an answer was broken off in the middle. */
  readonly brokenOff: (error: unknown, incoming: Incoming) => void;
}

/** Answers up to this length, in characters, are sent without being counted. */
export const SMALL_ANSWER = 65_536;

/**
 * The memory budget that one request's answer occupies until its client has received it (backpressure). Small answers
 * are not counted.
 */
export class AnswerRoom {
  readonly #parts: AnswerParts;
  readonly #incoming: Incoming;
  readonly #holder: { readonly asker: () => Asker };
  #slot: Slot | undefined;

  /** @param holder names the asker; called only for large answers */
  constructor(parts: AnswerParts, incoming: Incoming, holder: { readonly asker: () => Asker }) {
    this.#parts = parts;
    this.#incoming = incoming;
    this.#holder = holder;
  }

  /**
   * Call before changing anything: refuses with `busy` if there is no room for the answer. A second call for more bytes
   * comes too late to refuse, so it exceeds the budget instead.
   */
  reserve(bytes: number): void {
    if (bytes <= SMALL_ANSWER) return;
    if (this.#slot !== undefined) {
      this.#exceed(this.#slot, bytes);
      return;
    }
    this.#slot = this.#parts.slots.tryEnter(this.#holder.asker(), this.#charge(bytes));
    if (this.#slot === undefined) throw busy();
  }

  /**
   * Returns a small text as it is, and a stream of a large one.
   * @param mayRefuse refuse with `busy` if there is no room; by default only calls that change nothing do
   */
  bodyOf(text: string, mayRefuse?: true): string | ReadableStream<Uint8Array> {
    // A HEAD gets no body, so there is no client to wait for.
    if (text.length <= SMALL_ANSWER || this.#incoming.request.method === "HEAD") return text;
    if (mayRefuse ?? isRead(this.#incoming)) this.reserve(text.length);
    return this.stream(text, async () => undefined);
  }

  /**
   * A text produced at the speed at which its client reads it. If `more` fails, the connection is broken off, so that
   * the client cannot mistake the part for the whole.
   * @param more the next part; undefined at the end
   */
  stream(first: string, more: () => Promise<string | undefined>): ReadableStream<Uint8Array> {
    const slot = this.#slot ?? this.#parts.slots.force(this.#holder.asker());
    this.#slot = undefined;
    return pacedStream({
      first,
      more,
      onPiece: (bytes) => this.#exceed(slot, bytes),
      onEnd: (error) => {
        slot.leave();
        if (error !== undefined) this.#parts.brokenOff(error, this.#incoming);
      },
    });
  }

  /** Releases the budget that no stream holds. Call once the request is answered. */
  release(): void {
    this.#slot?.leave();
    this.#slot = undefined;
  }

  #charge(bytes: number): number {
    return Math.min(bytes, this.#parts.chargedMax);
  }

  #exceed(slot: Slot, bytes: number): void {
    const missing = this.#charge(bytes) - slot.amount;
    if (missing > 0) slot.exceed(missing);
  }
}

function isRead({ route }: Incoming): boolean {
  return route.method === "GET" || route.bucket === "batch";
}
