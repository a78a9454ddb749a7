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

/** Called for each fault, not for refusals. */
export interface FailureEvents {
  /** @param count of similar faults; defaults to 1 */
  requestFailed(details: RequestFailed, count?: number): void;
}

export interface RequestFailed {
  /** The same id as in the answer's `X-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly error: unknown;
}

/** Turns everything that is thrown while a request is handled into an answer. */
export interface Failures {
  /**
   * @param resolved the app of the path, if it exists
   * @param from when the request arrived, ms since 1970
   */
  answer(
    error: unknown,
    incoming: Incoming,
    resolved: ResolvedApp | undefined,
    progress: Progress,
    from: number,
  ): Response;
  /** A fault in the middle of an answer, which can only be logged. */
  brokenOff(error: unknown, incoming: Incoming): void;
  /** Answers a request that matches no route, or that was refused before routing. */
  answerUnmatched(refusal: Refusal | WireRefusal, incoming: Pick<Incoming, "request" | "addressOf">): Response;
  /** Answers a fault for which no route is known. */
  answerUnrouted(error: unknown): Response;
}

interface FailuresNeeds {
  readonly rateLimiter: Pick<RateLimiter, "chargeAddress">;
  readonly clock: Pick<Clock, "now">;
  readonly events: FailureEvents;
}

/** `Retry-After` of calls that fail because the store is unavailable (503). */
const STORE_RETRY_AFTER_MS = 1000;

export function createFailures({ rateLimiter, clock, events }: FailuresNeeds): Failures {
  /**
   * Charges the failure of an unauthenticated client to its address: returns the refusal itself, or the rate limit's
   * (429) if the address has failed too often.
   */
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
      // A client that has to wait already may have to wait longer than this refusal says.
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
      // If the app has switched the path off, answer as for any unknown path.
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
        const limitStatus = refused.code === "rate_exceeded" ? refused.rateLimit : rateLimit;
        const frame = { span, family, rateLimit: limitStatus };
        try {
          return errorResponse(wireError(refused, context), { ...frame, sending: progress });
        } catch (unsent) {
          // An error that includes stored attributes may be large, and there may be no room for it.
          if (unsent instanceof Refusal) return errorResponse(wireError(unsent.refused, context), frame);
          throw unsent;
        }
      }
      const span = { from, to: clock.now() };
      const requestId = crypto.randomUUID();
      const report = (): void => events.requestFailed({ requestId, method: route.method, route: route.path, error });
      if (isUnavailable(error)) {
        const busy = wireError({ code: "busy", retryAfterMs: STORE_RETRY_AFTER_MS }, context);
        report();
        return errorResponse(busy, { span, family, rateLimit, requestId });
      }
      // A client that hangs up in the middle of its body is not a fault.
      if (!request.signal.aborted) report();
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
