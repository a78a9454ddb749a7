import type { ResolvedApp } from "../../core/apps/registry.ts";
import { isUnavailable } from "../../core/faults/store-failure.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import type { RateLimiter } from "../../core/rates/rate-limiter.ts";
import { Refusal, type Refused } from "../../core/refusals.ts";
import type { Incoming } from "../incoming.ts";
import type { Progress } from "../progress.ts";
import { contextOf, type ErrorContext, wireError } from "./errors.ts";
import { errorResponse } from "./reply.ts";
import { WireRefusal, type WireRefused } from "./wire-refusals.ts";

/** Told of what is no refusal but a fault, each time. */
export interface FailureEvents {
  /** @param count of those like it; 1 where it is left out */
  requestFailed(details: RequestFailed, count?: number): void;
}

export interface RequestFailed {
  /** Also in the answer's `X-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly error: unknown;
}

/** What is answered to whatever is thrown on a request's way. */
export interface Failures {
  /**
   * @param resolved the app asked for, if there is one
   * @param from when the call came in, ms since 1970
   */
  answer(
    error: unknown,
    incoming: Incoming,
    resolved: ResolvedApp | undefined,
    progress: Progress,
    from: number,
  ): Response;
  /** A fault in the middle of an answer, which can only be told to the operator. */
  brokenOff(error: unknown, incoming: Incoming): void;
  /** What no route takes, or what is refused before one is asked. */
  answerUnmatched(refusal: Refusal | WireRefusal, incoming: Pick<Incoming, "request" | "addressOf">): Response;
  /** A fault where no route is known. */
  answerUnrouted(error: unknown): Response;
}

interface FailuresNeeds {
  readonly rateLimiter: Pick<RateLimiter, "chargeAddress">;
  readonly clock: Pick<Clock, "now">;
  readonly events: FailureEvents;
}

/** What a client is told to wait that a store could not serve. */
const STORE_RETRY_AFTER_MS = 1000;

export function createFailures({ rateLimiter, clock, events }: FailuresNeeds): Failures {
  /** What is answered to a stranger: the refusal itself, or 429 when the address has been refused too often. */
  function toUnauthenticated<Some extends Refused | WireRefused>(
    refused: Some,
    { request, addressOf }: Pick<Incoming, "request" | "addressOf">,
    context: ErrorContext,
  ): Some | Refused {
    const { status } = wireError(refused, context);
    if (status < 400 || status >= 500) return refused;
    try {
      rateLimiter.chargeAddress(addressOf(request));
      return refused;
    } catch (exceeded) {
      // One that is told to wait already may have to wait longer than this would say.
      if (refused.code === "rate_exceeded" || !(exceeded instanceof Refusal)) return refused;
      return exceeded.refused;
    }
  }

  function answerUnmatched(
    { refused }: Refusal | WireRefusal,
    incoming: Pick<Incoming, "request" | "addressOf">,
  ): Response {
    const now = clock.now();
    const context = contextOf(incoming.request, "2021", false);
    return errorResponse(wireError(toUnauthenticated(refused, incoming, context), context), {
      span: { from: now, to: now },
      family: "metadata",
    });
  }

  return {
    answer(error, incoming, resolved, progress, from) {
      // A path that its app has switched off is as unknown as any other.
      if (error instanceof WireRefusal && error.refused.code === "route_unknown") {
        return answerUnmatched(error, incoming);
      }
      const { route, request } = incoming;
      const { family } = route;
      const { rateLimit, isUnauthenticated } = progress;
      const context = contextOf(request, resolved?.access.dialect ?? "2021", progress.isAdmin);
      if (error instanceof WireRefusal || error instanceof Refusal) {
        const refused = isUnauthenticated ? toUnauthenticated(error.refused, incoming, context) : error.refused;
        const span = { from, to: clock.now() };
        const stand = refused.code === "rate_exceeded" ? refused.rateLimit : rateLimit;
        const frame = { span, family, rateLimit: stand };
        try {
          return errorResponse(wireError(refused, context), { ...frame, sending: progress });
        } catch (unsent) {
          // An error that shows what is stored may be large, and there is no room for it now.
          if (unsent instanceof Refusal) return errorResponse(wireError(unsent.refused, context), frame);
          throw unsent;
        }
      }
      const span = { from, to: clock.now() };
      const requestId = crypto.randomUUID();
      const tell = (): void => events.requestFailed({ requestId, method: route.method, route: route.path, error });
      if (isUnavailable(error)) {
        const busy = wireError({ code: "busy", retryAfterMs: STORE_RETRY_AFTER_MS }, context);
        tell();
        return errorResponse(busy, { span, family, rateLimit, requestId });
      }
      // A client that hangs up in the middle of its body is no fault of ours.
      if (!request.signal.aborted) tell();
      return errorResponse(wireError({ code: "internal" }, context), { span, family, rateLimit, requestId });
    },
    answerUnmatched,
    brokenOff(error, { route }) {
      events.requestFailed({ requestId: crypto.randomUUID(), method: route.method, route: route.path, error });
    },
    answerUnrouted(error) {
      const now = clock.now();
      const requestId = crypto.randomUUID();
      events.requestFailed({ requestId, method: "", route: "", error });
      const internal = wireError({ code: "internal" }, { path: "", dialect: "2021" });
      return errorResponse(internal, { span: { from: now, to: now }, family: "metadata", requestId });
    },
  };
}
