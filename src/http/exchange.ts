import { type Callers, type Identity, NOBODY } from "../core/callers.ts";
import { userName } from "../core/model.ts";
import type { Clock } from "../core/ports.ts";
import { Refusal, type RefusalCode } from "../core/refusals.ts";
import type { Registry, ServedApp } from "../core/registry.ts";
import type { Throttle } from "../core/throttle.ts";
import type { Call, Route } from "./call.ts";
import { wireError } from "./errors.ts";
import { errorResponse, type Reply, successResponse } from "./reply.ts";
import { bearerOf, urlOf } from "./request.ts";
import { WireRefusal } from "./wire-refusals.ts";

export interface ExchangeNeeds {
  readonly registry: Pick<Registry, "byKey" | "byId">;
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
  run(route: Route, request: Request, params: PathParams, address: () => string): Promise<Response>;
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

  async function handle(route: Route, request: Request, params: PathParams, address: () => string): Promise<Reply> {
    const served = find(params);
    if (served === undefined) throw new Refusal({ code: "app_unknown" });
    const { app, limits } = served;
    const bearer = bearerOf(request);
    if (bearer === undefined || !callers.isKnown(bearer)) throttle.checkStranger(address());

    const call: Call = {
      request,
      served,
      target: params.username === undefined ? undefined : userName(params.username),
      identify: () => callers.identify(served, bearer),
      rate: {
        charge: () => throttle.charge(app, route.bucket, limits.ratePerSecond),
        check: () => throttle.check(app, route.bucket, limits.ratePerSecond),
        chargeStranger: () => throttle.chargeStranger(address()),
      },
    };
    if (route.bearer === "optional") return await route.handler(call, NOBODY);
    const identity: Identity = await call.identify();
    call.rate.charge();
    return await route.handler(call, identity);
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

  return {
    async run(route, request, params, address) {
      const from = clock.now();
      const withDesc = route.family === "metadata";
      try {
        const reply = await handle(route, request, params, address);
        return successResponse(reply, { from, to: clock.now() });
      } catch (error) {
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
