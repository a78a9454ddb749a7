import { andThen } from "../core/and-then.ts";
import { type Callers, NOBODY } from "../core/callers.ts";
import { userName } from "../core/model.ts";
import type { Clock, Eventually } from "../core/ports.ts";
import { Refusal, type RefusalCode } from "../core/refusals.ts";
import type { Registry, ServedApp } from "../core/registry.ts";
import type { Throttle } from "../core/throttle.ts";
import type { Call, Rate, Route } from "./call.ts";
import { wireError } from "./errors.ts";
import { errorResponse, type Reply, successResponse } from "./reply.ts";
import { bearerOf, urlOf } from "./request.ts";
import { WireRefusal } from "./wire-refusals.ts";

export interface ExchangeNeeds {
  readonly registry: Pick<Registry, "byKey" | "byId" | "isCurrent" | "refresh">;
  readonly callers: Callers;
  readonly throttle: Throttle;
  readonly clock: Clock;
  /** Told of what is no refusal but a fault of ours. */
  readonly events: { requestFailed(details: RequestFailed): void };
}

export interface RequestFailed {
  /** Also in the answer's `X-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly error: unknown;
}

/** What the router found in the path, percent-decoded. */
export interface PathParams {
  readonly org?: string;
  readonly app?: string;
  readonly appId?: string;
  readonly username?: string;
}

/** One request's way: find the app, authenticate, throttle, handle, answer; and the one catch. */
export interface Exchange {
  /** @param address of the caller; asked for only when it counts */
  run(route: Route, request: Request, params: PathParams, address: () => string): Eventually<Response>;
  /** Answers what no route takes. */
  refuse(refusal: WireRefusal, request: Request): Response;
  /** Answers a fault outside `run`. */
  fail(error: unknown): Response;
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

export function createExchange({ registry, callers, throttle, clock, events }: ExchangeNeeds): Exchange {
  const find = ({ org = "", app = "", appId }: PathParams): ServedApp | undefined =>
    appId === undefined ? registry.byKey(org, app) : registry.byId(appId);

  function handle(route: Route, request: Request, params: PathParams, address: () => string): Eventually<Reply> {
    const served = find(params);
    if (served === undefined) throw new Refusal({ code: "app_unknown" });
    const bearer = bearerOf(request);
    const target = params.username === undefined ? undefined : userName(params.username);
    const call = (): Call => ({
      request,
      served,
      target,
      identify: () => callers.identify(served, bearer),
      rate: rateOf(served, route, address),
    });
    // Whoever has not shown a good token before is looked at only while his address has not failed too often.
    if (route.bearer === "optional") {
      if (bearer === undefined || !callers.isKnown(bearer)) throttle.checkStranger(address());
      return route.handler(call(), NOBODY);
    }
    const known = bearer === undefined ? undefined : callers.recall(served, bearer);
    if (known === undefined) throttle.checkStranger(address());
    return andThen(known ?? callers.identify(served, bearer), (identity) => {
      throttle.charge(served.app, route.bucket, served.limits.ratePerSecond);
      return route.handler(call(), identity);
    });
  }

  function rateOf({ app, limits }: ServedApp, { bucket }: Route, address: () => string): Rate {
    return {
      charge: () => throttle.charge(app, bucket, limits.ratePerSecond),
      check: () => throttle.check(app, bucket, limits.ratePerSecond),
      chargeStranger: () => throttle.chargeStranger(address()),
    };
  }

  /** What is answered to an error: itself, or 429 to an address with too many failures; undefined for a fault. */
  function refusedOf(error: unknown, address: () => string): (Refusal | WireRefusal)["refused"] | undefined {
    if (error instanceof WireRefusal) return error.refused;
    if (!(error instanceof Refusal)) return undefined;
    if (!FAILED_AUTHENTICATION.has(error.refused.code)) return error.refused;
    try {
      throttle.chargeStranger(address());
      return error.refused;
    } catch (exceeded) {
      return exceeded instanceof Refusal ? exceeded.refused : undefined;
    }
  }

  function failed(
    error: unknown,
    route: Route,
    request: Request,
    params: PathParams,
    address: () => string,
    from: number,
  ) {
    const withDesc = route.family === "metadata";
    const path = urlOf(request).pathname.slice(1);
    const dialect = find(params)?.access.dialect ?? "2021";
    const context = { path, dialect };
    const refused = refusedOf(error, address);
    const span = { from, to: clock.now() };
    if (refused !== undefined) return errorResponse(wireError(refused, context), span, withDesc);
    const requestId = crypto.randomUUID();
    // A caller who hung up in the middle of his body is no fault of ours.
    if (!request.signal.aborted) {
      events.requestFailed({ requestId, method: route.method, route: route.path, error });
    }
    return errorResponse(wireError({ code: "internal" }, context), span, withDesc, requestId);
  }

  return {
    run(route, request, params, address) {
      const from = clock.now();
      const succeed = (reply: Reply): Response => successResponse(reply, { from, to: clock.now() });
      // THE catch; twice, because a promise has one of its own, and most reads come without any.
      const fail = (error: unknown): Response => failed(error, route, request, params, address, from);
      try {
        const reply = registry.isCurrent()
          ? handle(route, request, params, address)
          : registry.refresh().then(() => handle(route, request, params, address));
        return reply instanceof Promise ? reply.then(succeed).catch(fail) : succeed(reply);
      } catch (error) {
        return fail(error);
      }
    },
    fail(error) {
      const now = clock.now();
      const requestId = crypto.randomUUID();
      events.requestFailed({ requestId, method: "", route: "", error });
      const internal = wireError({ code: "internal" }, { path: "", dialect: "2021" });
      return errorResponse(internal, { from: now, to: now }, true, requestId);
    },
    refuse({ refused }, request) {
      const now = clock.now();
      const context = { path: urlOf(request).pathname.slice(1), dialect: "2021" } as const;
      return errorResponse(wireError(refused, context), { from: now, to: now }, true);
    },
  };
}
