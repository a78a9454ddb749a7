import type { Asker } from "../../core/admission/asker.ts";
import type { Place, Slots } from "../../core/admission/slots.ts";
import { busy } from "../../core/refusals.ts";
import type { Incoming } from "../incoming.ts";
import { pacedStream } from "./paced-stream.ts";

/** What all answers of a server share. */
export interface AnswerParts {
  /** Of `answers`, in bytes. */
  readonly slots: Slots;
  /** The most that one answer is charged, however large it is: it must find room at some time. */
  readonly chargedMax: number;
  /** Told of an answer that was broken off half-way. */
  readonly brokenOff: (error: unknown, incoming: Incoming) => void;
}

/** Answers up to this, in characters, are sent as they are, and not counted. */
export const SMALL_ANSWER = 65_536;

/** The room that one request's answer takes until its client has taken it. Small answers take none. */
export class AnswerRoom {
  readonly #parts: AnswerParts;
  readonly #incoming: Incoming;
  readonly #holder: { readonly asker: () => Asker };
  #place: Place | undefined;

  /** @param holder says who asks, as soon as an answer is large */
  constructor(parts: AnswerParts, incoming: Incoming, holder: { readonly asker: () => Asker }) {
    this.#parts = parts;
    this.#incoming = incoming;
    this.#holder = holder;
  }

  /**
   * Before anything is changed. Refuses with `busy` an answer for which there is no room; asked for more later, when
   * it is too late to refuse, it does not.
   */
  reserve(bytes: number): void {
    if (bytes <= SMALL_ANSWER) return;
    if (this.#place !== undefined) {
      this.#exceed(this.#place, bytes);
      return;
    }
    this.#place = this.#parts.slots.tryEnter(this.#holder.asker(), this.#charge(bytes));
    if (this.#place === undefined) throw busy();
  }

  /**
   * The text itself where it is small, or a stream of it.
   * @param mayRefuse with `busy`; without it, only if the call changes nothing
   */
  bodyOf(text: string, mayRefuse?: true): string | ReadableStream<Uint8Array> {
    // No body is sent to a HEAD, and so nothing waits for its client.
    if (text.length <= SMALL_ANSWER || this.#incoming.request.method === "HEAD") return text;
    if (mayRefuse ?? isRead(this.#incoming)) this.reserve(text.length);
    return this.stream(text, async () => undefined);
  }

  /**
   * A text that is made as its client takes it. When `more` fails the connection is broken off, so that nobody takes
   * that for the end.
   * @param more the next part; undefined at the end
   */
  stream(first: string, more: () => Promise<string | undefined>): ReadableStream<Uint8Array> {
    const place = this.#place ?? this.#parts.slots.force(this.#holder.asker());
    this.#place = undefined;
    return pacedStream({
      first,
      more,
      onPiece: (bytes) => this.#exceed(place, bytes),
      onEnd: (error) => {
        place.leave();
        if (error !== undefined) this.#parts.brokenOff(error, this.#incoming);
      },
    });
  }

  /** Gives back what no stream holds; the request is answered. */
  release(): void {
    this.#place?.leave();
    this.#place = undefined;
  }

  #charge(bytes: number): number {
    return Math.min(bytes, this.#parts.chargedMax);
  }

  #exceed(place: Place, bytes: number): void {
    const missing = this.#charge(bytes) - place.amount;
    if (missing > 0) place.exceed(missing);
  }
}

function isRead({ route }: Incoming): boolean {
  return route.method === "GET" || route.bucket === "batch";
}
