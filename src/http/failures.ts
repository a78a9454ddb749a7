import type { Allowance } from "../core/allowance.ts";
import type { Clock } from "../core/ports.ts";
import { Refusal, type RefusalCode } from "../core/refusals.ts";
import type { ServedApp } from "../core/registry.ts";
import { isUnavailable } from "../core/store-failure.ts";
import type { Throttle } from "../core/throttle.ts";
import { contextOf, wireError } from "./errors.ts";
import type { Incoming } from "./incoming.ts";
import { errorResponse } from "./reply.ts";
import { WireRefusal } from "./wire-refusals.ts";

/** Told of what is no refusal but a fault of ours. */
export interface FailureEvents {
  requestFailed(details: RequestFailed): void;
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
   * @param served the app asked for, if there is one
   * @param allowance of the bucket that the call was counted in, if it was
   * @param from when the call came in, ms since 1970
   */
  answer(
    error: unknown,
    incoming: Incoming,
    served: ServedApp | undefined,
    allowance: Allowance | undefined,
    from: number,
  ): Response;
  /** A fault where no route is known. */
  answerUnrouted(error: unknown): Response;
}

/** Refusals that a stranger may provoke at will: each counts against his address. */
const FAILED_AUTHENTICATION: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "token_missing",
  "token_expired",
  "token_malformed",
  "token_unknown",
  "token_of_other_app",
  "client_id_wrong",
  "client_secret_wrong",
  "password_wrong",
  "grant_user_unknown",
  "grant_user_deactivated",
  "registration_closed",
]);

interface FailuresNeeds {
  readonly throttle: Pick<Throttle, "chargeStranger">;
  readonly clock: Pick<Clock, "now">;
  readonly events: FailureEvents;
}

/** What a client is told to wait that a store could not serve. */
const STORE_RETRY_AFTER_MS = 1000;
/** A store that cannot be used fails every request: that is one line in so long, not one for each. */
const TELL_EVERY_MS = 1000;

export function createFailures({ throttle, clock, events }: FailuresNeeds): Failures {
  let toldAt = Number.NEGATIVE_INFINITY;

  /** What is answered to an error: itself, or 429 to an address with too many failures; undefined for a fault. */
  function refusedOf(error: unknown, { request, addressOf }: Incoming): (Refusal | WireRefusal)["refused"] | undefined {
    if (error instanceof WireRefusal) return error.refused;
    if (!(error instanceof Refusal)) return undefined;
    if (!FAILED_AUTHENTICATION.has(error.refused.code)) return error.refused;
    try {
      throttle.chargeStranger(addressOf(request));
      return error.refused;
    } catch (exceeded) {
      return exceeded instanceof Refusal ? exceeded.refused : undefined;
    }
  }

  return {
    answer(error, incoming, served, allowance, from) {
      const { route, request } = incoming;
      const { family } = route;
      const context = contextOf(request, served?.access.dialect ?? "2021");
      const refused = refusedOf(error, incoming);
      const span = { from, to: clock.now() };
      if (refused !== undefined) {
        const stand = refused.code === "rate_exceeded" ? refused.allowance : allowance;
        return errorResponse(wireError(refused, context), { span, family, allowance: stand });
      }
      const requestId = crypto.randomUUID();
      const tell = (): void => events.requestFailed({ requestId, method: route.method, route: route.path, error });
      if (isUnavailable(error)) {
        const busy = wireError({ code: "busy", retryAfterMs: STORE_RETRY_AFTER_MS }, context);
        // The wall clock may have been set back.
        if (Math.abs(span.to - toldAt) < TELL_EVERY_MS) return errorResponse(busy, { span, family, allowance });
        toldAt = span.to;
        tell();
        return errorResponse(busy, { span, family, allowance, requestId });
      }
      // A caller who hung up in the middle of his body is no fault of ours.
      if (!request.signal.aborted) tell();
      return errorResponse(wireError({ code: "internal" }, context), { span, family, allowance, requestId });
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
