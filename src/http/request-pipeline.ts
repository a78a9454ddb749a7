import { permit } from "../core/access.ts";
import type { Asker } from "../core/admission/asker.ts";
import type { Registry, ResolvedApp } from "../core/apps/registry.ts";
import { afterStoring } from "../core/faults/store-failure.ts";
import { type Caller, type UserName, userName } from "../core/model.ts";
import type { MaybePromise } from "../core/ports/maybe-promise.ts";
import type { Clock } from "../core/ports/system/clock.ts";
import type { RateLimiter } from "../core/rates/rate-limiter.ts";
import { badToken, Refusal } from "../core/refusals.ts";
import { ANONYMOUS, type Authentication } from "../core/tokens/authentication.ts";
import type { Authenticator } from "../core/tokens/authenticator.ts";
import type { AnswerParts } from "./answers/answer-room.ts";
import { createFailures, type FailureEvents } from "./answers/failures.ts";
import { type DirectReply, directResponse, type Reply, successResponse } from "./answers/reply.ts";
import { WireRefusal } from "./answers/wire-refusals.ts";
import { type BodyParts, type BodySource, IncomingBody } from "./bodies/incoming-body.ts";
import { SMALL_BODY_BYTES_MAX } from "./bodies/request-body.ts";
import type { Call, ConfirmedCall, OpenCall, Route } from "./call.ts";
import type { Incoming, PathParams } from "./incoming.ts";
import { Progress, type ProgressParts } from "./progress.ts";
import { bearerOf } from "./requests/request.ts";

export interface RequestPipelineNeeds {
  readonly registry: Pick<Registry, "byKey" | "byId" | "isCurrent" | "refresh" | "requireKnown">;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly events: FailureEvents;
  readonly bodies: BodyParts;
  readonly answers: Omit<AnswerParts, "brokenOff">;
}

/**
 * The steps of one request: find the app, authenticate, check the rate limit (429), check the permission, handle,
 * answer; and the one catch.
 */
export interface RequestPipeline {
  /** Returns without a promise if everything needed is in memory, as for most reads. */
  run(incoming: Incoming): MaybePromise<Response>;
  /**
   * Charges the body of a request that has to wait, since it arrives meanwhile. Dispose before running or refusing the
   * request. Refuses with `busy`.
   */
  holdBody(source: BodySource & Pick<Incoming, "addressOf">): Disposable;
  /** Whether the path's app has companion calls switched on. */
  hasCompanionCalls(params: PathParams): boolean;
  /** Answers a request that matches no route, or that was refused before routing. */
  refuse(refusal: Refusal | WireRefusal, incoming: Pick<Incoming, "request" | "addressOf">): Response;
  /** Answers a fault that was thrown outside `run`. */
  fail(error: unknown): Response;
}

export function createRequestPipeline(needs: RequestPipelineNeeds): RequestPipeline {
  const { registry, authenticator, rateLimiter, clock, events } = needs;
  const failures = createFailures({ rateLimiter, clock, events });
  const parts: ProgressParts = { ...needs, answers: { ...needs.answers, brokenOff: failures.brokenOff } };

  const find = ({ org = "", app = "", appId }: PathParams): ResolvedApp | undefined =>
    appId === undefined ? registry.byKey(org, app) : registry.byId(appId);

  function handle(incoming: Incoming, progress: Progress): MaybePromise<Reply | DirectReply> {
    const { route, request, params, addressOf } = incoming;
    const resolved = find(params);
    if (resolved === undefined) throw new Refusal({ code: "app_unknown" });
    if (route.isCompanion && !resolved.app.companionCalls) throw new WireRefusal({ code: "route_unknown" });
    const bearer = bearerOf(request);
    // A token seen for the first time is verified only while the client's address is below its failure limit.
    if (route.bearer === "optional") {
      if (bearer === undefined || !authenticator.isCached(bearer)) rateLimiter.checkAddress(addressOf(request));
      if (bearer === undefined) progress.holdBody(true, SMALL_BODY_BYTES_MAX);
      else progress.holdBody(false);
      return route.handler(openCall(incoming, bearer, resolved, progress));
    }
    const known = authenticator.lookup(resolved, bearer);
    if (known !== undefined) return admit(route, incoming, resolved, known, progress);
    rateLimiter.checkAddress(addressOf(request));
    if (route.method !== "GET") progress.holdBody(false);
    return authenticator
      .authenticate(resolved, bearer, () => progress.asker())
      .then((authentication) => admit(route, incoming, resolved, authentication, progress));
  }

  function admit(
    route: Extract<Route, { bearer: "needed" }>,
    incoming: Incoming,
    resolved: ResolvedApp,
    authentication: Authentication,
    progress: Progress,
  ): MaybePromise<Reply | DirectReply> {
    progress.authenticated(resolved.app, authentication);
    progress.rateLimit = rateLimiter.charge(resolved.app, route.bucket, resolved.limits.ratePerSecond);
    const call = new ServedCall(incoming, progress, resolved);
    permit(route.operation, authentication.caller, call.target, resolved.access);
    const { handler } = route;
    if (typeof handler === "function") {
      if (route.method !== "GET") progress.holdBody(false);
      return handler(call, authentication);
    }
    progress.holdBody(true);
    return handler.withBody(
      Object.assign(call, { body: progress.body, confirm: () => confirm(incoming, authentication, progress) }),
    );
  }

  /** Reads the change feed, or refuses: a revocation on another server could have been missed. */
  async function refresh(): Promise<void> {
    await registry.refresh();
    registry.requireKnown();
  }

  async function findCurrent(params: PathParams): Promise<ResolvedApp> {
    if (!registry.isCurrent()) await refresh();
    const resolved = find(params);
    if (resolved === undefined) throw new Refusal({ code: "app_unknown" });
    return resolved;
  }

  /** See BodyCall. @param former the caller as of the request's head */
  async function confirm(incoming: Incoming, former: Authentication, progress: Progress): Promise<ConfirmedCall> {
    const { route, request, params } = incoming;
    const resolved = await findCurrent(params);
    const authentication = await confirmed(resolved, bearerOf(request), former, progress);
    const call = new ServedCall(incoming, progress, resolved);
    if (route.bearer === "needed") permit(route.operation, authentication.caller, call.target, resolved.access);
    return { call, authentication };
  }

  async function confirmed(
    resolved: ResolvedApp,
    bearer: string | undefined,
    former: Authentication,
    progress: Progress,
  ): Promise<Authentication> {
    if (former.caller.kind === "nobody") return former;
    const authentication = await authenticator.authenticate(resolved, bearer, () => progress.asker(), {
      makesUser: false,
    });
    if (isSame(authentication.caller, former.caller)) return authentication;
    throw badToken("token_unknown", "claim", "its user is another one by now");
  }

  function openCall(
    incoming: Incoming,
    bearer: string | undefined,
    resolved: ResolvedApp,
    progress: Progress,
  ): OpenCall {
    const { request, addressOf, route } = incoming;
    const { app, limits } = resolved;
    let authenticated = ANONYMOUS;
    return Object.assign(new ServedCall(incoming, progress, resolved), {
      bearer,
      body: progress.body,
      async authenticate() {
        const now = await findCurrent(incoming.params);
        authenticated = await authenticator.authenticate(now, bearer, () => progress.asker());
        progress.authenticated(now.app, authenticated);
        return authenticated;
      },
      confirm: () => confirm(incoming, authenticated, progress),
      charge() {
        progress.rateLimit = rateLimiter.charge(app, route.bucket, limits.ratePerSecond);
      },
      checkRate() {
        progress.rateLimit = rateLimiter.check(app, route.bucket, limits.ratePerSecond);
      },
      checkAddress: () => rateLimiter.checkAddress(addressOf(request)),
      chargeAddress() {
        rateLimiter.chargeAddress(addressOf(request));
        progress.isUnauthenticated = false;
      },
    });
  }

  return {
    run(incoming) {
      const from = clock.now();
      const { family } = incoming.route;
      const progress = new Progress(parts, incoming);
      const succeeded = (reply: Reply | DirectReply): MaybePromise<Response> => {
        const span = { from, to: clock.now() };
        if ("write" in reply) {
          // Synchronous from here to the response, which copies the bytes: other answers use the same memory.
          const bytes = reply.write(span);
          if (bytes === undefined) return reply.otherwise().then(succeeded);
          return settled(progress, directResponse(bytes, family, progress.rateLimit));
        }
        return settled(progress, successResponse(reply, span, family, progress.rateLimit, progress));
      };
      // THE catch. Called in two places, because promises reject separately.
      const failed = (error: unknown): Response => {
        const shown = progress.hasStored ? afterStoring(error) : error;
        return settled(progress, failures.answer(shown, incoming, find(incoming.params), progress, from));
      };
      const refreshed = async (): Promise<Reply | DirectReply> => {
        progress.holdBody(false);
        await refresh();
        return await handle(incoming, progress);
      };
      try {
        const reply = registry.isCurrent() ? handle(incoming, progress) : refreshed();
        if (!(reply instanceof Promise)) return succeeded(reply);
        if (!progress.isBodyHeld) {
          // A read may be abandoned if its body is refused.
          reply.catch(() => {});
          progress.holdBody(false);
        }
        return reply.then(succeeded).catch(failed);
      } catch (error) {
        return failed(error);
      }
    },
    holdBody(source) {
      const body = new IncomingBody(needs.bodies, source, {
        asker: () => ({ address: source.addressOf(source.request) }),
      });
      body.hold(false);
      return { [Symbol.dispose]: () => body.release() };
    },
    hasCompanionCalls: (params) => find(params)?.app.companionCalls ?? true,
    fail: (error) => failures.answerUnrouted(error),
    refuse: (refusal, incoming) => failures.answerUnmatched(refusal, incoming),
  };
}

/** One request, as its handler sees it. */
class ServedCall implements Call {
  readonly request: Request;
  readonly answer: Progress;
  readonly resolved: ResolvedApp;
  readonly target: UserName | undefined;

  constructor({ request, params }: Incoming, progress: Progress, resolved: ResolvedApp) {
    this.request = request;
    this.answer = progress;
    this.resolved = resolved;
    this.target = params.username === undefined ? undefined : userName(params.username);
  }

  asker(): Asker {
    return this.answer.asker();
  }
}

/** A user that was deleted and created again has another id. */
function isSame(caller: Caller, former: Caller): boolean {
  if (caller.kind !== "user" || former.kind !== "user") return caller.kind === former.kind;
  return caller.id === former.id;
}

function settled(progress: Progress, response: Response): Response {
  progress.release();
  return response;
}
