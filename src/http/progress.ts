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

/** What is learnt of a request on its way, and what is held for it; each part is made when it is first needed. */
export class Progress implements Sending {
  /** How its app's bucket stands, if it was counted there. */
  rateLimit: RateLimitStatus | undefined;
  /** It has counted nowhere: nobody has shown a good token. If it is refused, that counts for the address. */
  isUnauthenticated = true;
  /** The caller's user was made for it. */
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

  /** Who asks, as far as it is known. */
  asker(): Asker {
    const { addressOf, request } = this.#incoming;
    return { address: addressOf(request), account: this.#account };
  }

  /** A good token was shown. */
  authenticated(app: App, { caller, isUserNew }: Authentication): void {
    this.isUnauthenticated = false;
    this.#app = app;
    this.#caller = caller;
    if (isUserNew) this.hasStored = true;
  }

  /** An admin's good token was shown. */
  get isAdmin(): boolean {
    return this.#caller?.kind === "admin";
  }

  /** A read takes no notice of its own. */
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

  /** See `IncomingBody.hold`; of a read only where it must wait, since its body comes in meanwhile. */
  holdBody(...how: Parameters<IncomingBody["hold"]>): void {
    this.#incomingBody.hold(...how);
  }

  get isBodyHeld(): boolean {
    return this.#body !== undefined;
  }

  /** It is answered: what was held is free again, except what a streamed answer goes on holding. */
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
