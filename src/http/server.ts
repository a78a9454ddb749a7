/**
 * `src/http`: the wire. It routes requests, enforces limits on bytes and connections, and turns JSON and headers into
 * calls of core and back. It must not contain rules about users or attributes, and no SQL.
 */

import type { RunQueue } from "../core/admission/run-queue.ts";
import { settlesWithin } from "../core/async/settles-within.ts";
import type { MaybePromise } from "../core/ports/maybe-promise.ts";
import type { Timers } from "../core/ports/system/timers.ts";
import { Refusal } from "../core/refusals.ts";
import { preflightResponse } from "./answers/reply.ts";
import { WireRefusal, type WireRefused } from "./answers/wire-refusals.ts";
import { IDLE_SECONDS } from "./bodies/incoming-body.ts";
import type { Method, Route } from "./call.ts";
import { type ConnectionEvents, type ConnectionLimit, watchConnections } from "./connections/connections.ts";
import type { PathParams } from "./incoming.ts";
import type { RequestPipeline } from "./request-pipeline.ts";
import { createAddressOf } from "./requests/address.ts";
import { allowOf, type MatchedPath, matchPaths } from "./routing/matching.ts";
import type { OwnRoute } from "./routing/own-route.ts";

/**
 * The socket. Bun's own refusals have no body, so Bun is configured to allow more than this server does: every
 * well-formed request is answered by this server's code.
 */
export interface HttpServer {
  readonly url: URL;
  /** Finishes requests in flight, for six seconds at most, and settles soon afterwards in any case. */
  stop(): Promise<void>;
}

export interface HttpServerNeeds {
  readonly routes: readonly Route[];
  readonly ownRoutes: readonly OwnRoute[];
  readonly pipeline: RequestPipeline;
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Other threads of this process listen on the same port, and the kernel distributes the connections. */
  readonly sharePort: boolean;
  readonly trustedProxies: readonly string[];
  /** The admission queue for this thread's time. */
  readonly runQueue: RunQueue;
  readonly connections: ConnectionLimit;
  readonly timers: Timers;
  readonly events: ConnectionEvents;
  /** How long responses carry `Connection: close` before the port closes, so that no client sees a connection reset. */
  readonly drainMs: number;
}

/** The rest of `CLOSE_WITHIN_MS` (cli) is for the store. */
const STOP_DEADLINE_MS = 6000;
/** Time for Bun to close the remaining connections. */
const STOP_AFTERWARDS_MS = 300;
/** Time for answers written to the socket to be sent. */
const STOP_QUIET_MS = 100;
const STOP_CHECK_MS = 20;
/** The `Allow` header of unknown paths. */
const UNKNOWN_PATH_ALLOW = "OPTIONS";

export function listen(needs: HttpServerNeeds): HttpServer {
  const { pipeline, runQueue } = needs;
  const addressBehind = createAddressOf(needs.trustedProxies);
  let draining = false;

  const addressOf = (request: Request): string =>
    addressBehind(server.requestIP(request)?.address ?? "", request.headers.get("x-forwarded-for"));
  const setIdleTimeout = (request: Request, seconds: number): void => server.timeout(request, seconds);

  function answer(path: MatchedPath, request: Bun.BunRequest): MaybePromise<Response> {
    return runQueue.mayRun() ? answerNow(path, request) : whenAdmitted(request, () => answerNow(path, request));
  }

  async function whenAdmitted(request: Bun.BunRequest, now: () => MaybePromise<Response>): Promise<Response> {
    try {
      using body = pipeline.holdBody({ request, addressOf, setIdleTimeout });
      return await runQueue.enqueue({ address: addressOf(request) }, () => {
        body[Symbol.dispose]();
        // A request whose client has gone is not run.
        return server.requestIP(request) === null ? new Response() : now();
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return finished(request, pipeline.refuse(error, { request, addressOf }));
    }
  }

  function answerNow(path: MatchedPath, request: Bun.BunRequest): MaybePromise<Response> {
    const exists = !path.isCompanion || pipeline.hasCompanionCalls(request.params);
    if (request.method === "OPTIONS") return preflightResponse(exists ? path.allow : UNKNOWN_PATH_ALLOW, request);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const matched = path.routes.get(method as Method); // as: any other text is not in the map
    if (matched === undefined) {
      const refused: WireRefused = exists
        ? { code: "method_not_allowed", allow: path.allow }
        : { code: "route_unknown" };
      return refuse(refused, request);
    }
    const { route, params: words } = matched;
    const params: PathParams = words === undefined ? request.params : { ...request.params, ...words };
    const response = pipeline.run({ route, request, params, addressOf, setIdleTimeout });
    return response instanceof Promise
      ? response.then((settled) => finished(request, settled))
      : finished(request, response);
  }

  /**
   * An answer may be sent before its request's body has arrived. Bun discards the rest, and the connection stays open
   * (keep-alive).
   */
  function finished(request: Request, response: Response): MaybePromise<Response> {
    if (draining) response.headers.set("Connection", "close");
    return connections.answered(request, response);
  }

  function answerOwn(route: OwnRoute, request: Bun.BunRequest): MaybePromise<Response> {
    const mayRun = route.isUrgent === true || runQueue.mayRun();
    return mayRun ? answerOwnNow(route, request) : whenAdmitted(request, () => answerOwnNow(route, request));
  }

  async function answerOwnNow(route: OwnRoute, request: Request): Promise<Response> {
    const { methods } = route;
    if (methods !== "any") {
      const allow = allowOf(methods);
      if (request.method === "OPTIONS") return preflightResponse(allow, request);
      const method = request.method === "HEAD" ? "GET" : request.method;
      if (!methods.some((one) => one === method)) return await refuse({ code: "method_not_allowed", allow }, request);
    }
    try {
      const response = await route.answer(request);
      return await (response === undefined ? answerUnknownPath(request) : finished(request, response));
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof WireRefusal)) throw error;
      return await finished(request, pipeline.refuse(error, { request, addressOf }));
    }
  }

  function answerUnknownPath(request: Request): MaybePromise<Response> {
    if (request.method === "OPTIONS") return preflightResponse(UNKNOWN_PATH_ALLOW, request);
    return refuse({ code: "route_unknown" }, request);
  }

  function refuse(refused: WireRefused, request: Request): MaybePromise<Response> {
    return finished(request, pipeline.refuse(new WireRefusal(refused), { request, addressOf }));
  }

  const server = Bun.serve({
    hostname: needs.hostname,
    port: needs.port,
    reusePort: needs.sharePort,
    idleTimeout: IDLE_SECONDS,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
    routes: {
      ...Object.fromEntries(
        needs.ownRoutes.map((route) => [route.path, (request: Bun.BunRequest) => answerOwn(route, request)]),
      ),
      ...Object.fromEntries(
        matchPaths(needs.routes).map((path) => [path.path, (request: Bun.BunRequest) => answer(path, request)]),
      ),
    },
    // A fault outside the pipeline must not reach the client as Bun's error page, which shows source code.
    error: (error) => pipeline.fail(error),
    fetch: answerUnknownPath,
  });

  const { timers, events } = needs;
  const connections = watchConnections({ limit: needs.connections, server, timers, events });

  return {
    url: server.url,
    async stop() {
      connections[Symbol.dispose]();
      draining = true;
      const endsAt = performance.now() + STOP_DEADLINE_MS;
      await Bun.sleep(needs.drainMs);
      let busyAt = performance.now();
      // Bun also waits for connections whose request was answered before its body arrived.
      const watching = setInterval(() => {
        const now = performance.now();
        if (server.pendingRequests > 0) busyAt = now;
        if (now > endsAt || now > busyAt + STOP_QUIET_MS) void server.stop(true);
      }, STOP_CHECK_MS);
      await settlesWithin(timers, endsAt + STOP_AFTERWARDS_MS - performance.now(), server.stop());
      clearInterval(watching);
    },
  };
}
