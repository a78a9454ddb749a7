import { type Asker, accountOf } from "../core/admission/asker.ts";
import type { App, Caller } from "../core/model.ts";
import type { RateLimitStatus } from "../core/rate-limit-status.ts";
import type { Authentication } from "../core/tokens/authentication.ts";
import { type AnswerParts, AnswerRoom, SMALL_ANSWER } from "./answers/answer-room.ts";
import type { Sending } from "./answers/reply.ts";
import { type BodyParts, IncomingBody } from "./bodies/incoming-body.ts";
import { NO_BODY, type RequestBody } from "./bodies/request-body.ts";
import type { Incoming } from "./incoming.ts";

export interface ProgressParts {
  readonly bodies: BodyParts;
  readonly answers: AnswerParts;
}

/**
 * The state of one request: what is known of its caller, and the budgets it holds. Parts are created when first needed.
 */
export class Progress implements Sending {
  /** State of the app's bucket, once it was charged. */
  rateLimit: RateLimitStatus | undefined;
  /** No valid token was shown yet, so no bucket was charged. A refusal is charged to the address. */
  isUnauthenticated = true;
  /** The caller's user was created by this request. */
  hasStored = false;
  readonly #parts: ProgressParts;
  readonly #incoming: Incoming;
  #app: App | undefined;
  #caller: Caller | undefined;
  #body: IncomingBody | undefined;
  #answer: AnswerRoom | undefined;

  constructor(parts: ProgressParts, incoming: Incoming) {
    this.#parts = parts;
    this.#incoming = incoming;
  }

  /** The asker, as known so far. */
  asker(): Asker {
    const { addressOf, request } = this.#incoming;
    return { address: addressOf(request), account: this.#account };
  }

  /** A valid token was shown. */
  authenticated(app: App, { caller, isUserNew }: Authentication): void {
    this.isUnauthenticated = false;
    this.#app = app;
    this.#caller = caller;
    if (isUserNew) this.hasStored = true;
  }

  /** A valid admin token was shown. */
  get isAdmin(): boolean {
    return this.#caller?.kind === "admin";
  }

  /** A GET ignores its body. */
  get body(): RequestBody {
    return this.#incoming.route.method === "GET" ? NO_BODY : this.#incomingBody;
  }

  /** See `AnswerRoom`. */
  reserve(bytes: number): void {
    if (bytes > SMALL_ANSWER) this.#answerRoom.reserve(bytes);
  }

  bodyOf(text: string, mayRefuse?: true): string | ReadableStream<Uint8Array> {
    return text.length <= SMALL_ANSWER ? text : this.#answerRoom.bodyOf(text, mayRefuse);
  }

  stream(first: string, more: () => Promise<string | undefined>): ReadableStream<Uint8Array> {
    return this.#answerRoom.stream(first, more);
  }

  /** See `IncomingBody.hold`. For a GET, call only if it has to wait, because its body arrives meanwhile. */
  holdBody(...how: Parameters<IncomingBody["hold"]>): void {
    this.#incomingBody.hold(...how);
  }

  get isBodyHeld(): boolean {
    return this.#body !== undefined;
  }

  /** Call once the request is answered. Releases all budgets except that of a streaming answer. */
  release(): void {
    this.#body?.release();
    this.#answer?.release();
  }

  get #account(): string | undefined {
    return this.#app === undefined || this.#caller === undefined ? undefined : accountOf(this.#app, this.#caller);
  }

  get #answerRoom(): AnswerRoom {
    this.#answer ??= new AnswerRoom(this.#parts.answers, this.#incoming, this);
    return this.#answer;
  }

  get #incomingBody(): IncomingBody {
    this.#body ??= new IncomingBody(this.#parts.bodies, this.#incoming, this);
    return this.#body;
  }
}
