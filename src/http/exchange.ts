import { permit } from "../core/access.ts";
import type { Asker } from "../core/admission/asker.ts";
import type { Registry, ServedApp } from "../core/apps/registry.ts";
import { afterStoring } from "../core/faults/store-failure.ts";
import { type Caller, type UserName, userName } from "../core/model.ts";
import type { Clock, Eventually } from "../core/ports.ts";
import type { Throttle } from "../core/rates/throttle.ts";
import { badToken, Refusal } from "../core/refusals.ts";
import type { Callers } from "../core/tokens/callers.ts";
import { type Identity, NOBODY } from "../core/tokens/identity.ts";
import type { AnswerParts } from "./answers/answer-room.ts";
import { createFailures, type FailureEvents } from "./answers/failures.ts";
import { type Reply, successResponse } from "./answers/reply.ts";
import { WireRefusal } from "./answers/wire-refusals.ts";
import { type BodyParts, type BodySource, IncomingBody } from "./bodies/incoming-body.ts";
import { SMALL_BODY_BYTES_MAX } from "./bodies/request-body.ts";
import type { Call, ConfirmedCall, OpenCall, Route } from "./call.ts";
import type { Incoming, PathParams } from "./incoming.ts";
import { Progress, type ProgressParts } from "./progress.ts";
import { bearerOf } from "./requests/request.ts";

export interface ExchangeNeeds {
  readonly registry: Pick<Registry, "byKey" | "byId" | "isCurrent" | "refresh" | "requireKnown">;
  readonly callers: Callers;
  readonly throttle: Throttle;
  readonly clock: Clock;
  readonly events: FailureEvents;
  readonly bodies: BodyParts;
  readonly answers: Omit<AnswerParts, "brokenOff">;
}

/** One request's way: find the app, authenticate, throttle, handle, answer; and the one catch. */
export interface Exchange {
  /** Without a promise where all it needs is at hand, as for most reads. */
  run(incoming: Incoming): Eventually<Response>;
  /**
   * Charges the body of a request that cannot be run yet, since it comes in meanwhile; to be disposed of before it is run
   * or refused. Refuses with `busy`.
   */
  holdBody(source: BodySource & Pick<Incoming, "addressOf">): Disposable;
  /** Whether the path's companion calls are there: not where its app has switched them off. */
  hasCompanionCalls(params: PathParams): boolean;
  /** Answers what no route takes, or what is refused before one is asked. */
  refuse(refusal: Refusal | WireRefusal, incoming: Pick<Incoming, "request" | "addressOf">): Response;
  /** Answers a fault outside `run`. */
  fail(error: unknown): Response;
}

export function createExchange(needs: ExchangeNeeds): Exchange {
  const { registry, callers, throttle, clock, events } = needs;
  const failures = createFailures({ throttle, clock, events });
  const parts: ProgressParts = { ...needs, answers: { ...needs.answers, brokenOff: failures.brokenOff } };

  const find = ({ org = "", app = "", appId }: PathParams): ServedApp | undefined =>
    appId === undefined ? registry.byKey(org, app) : registry.byId(appId);

  function handle(incoming: Incoming, progress: Progress): Eventually<Reply> {
    const { route, request, params, addressOf } = incoming;
    const served = find(params);
    if (served === undefined) throw new Refusal({ code: "app_unknown" });
    if (route.isCompanion && !served.app.companionCalls) throw new WireRefusal({ code: "route_unknown" });
    const bearer = bearerOf(request);
    // Clients that have not shown a good token before are looked at only while their address has not failed too often.
    if (route.bearer === "optional") {
      if (bearer === undefined || !callers.isKnown(bearer)) throttle.checkStranger(addressOf(request));
      if (bearer === undefined) progress.holdBody(true, SMALL_BODY_BYTES_MAX);
      else progress.holdBody(false);
      return route.handler(opened(incoming, bearer, served, progress));
    }
    const known = callers.recall(served, bearer);
    if (known !== undefined) return admit(route, incoming, served, known, progress);
    throttle.checkStranger(addressOf(request));
    if (route.method !== "GET") progress.holdBody(false);
    return callers
      .identify(served, bearer, () => progress.asker())
      .then((identity) => admit(route, incoming, served, identity, progress));
  }

  function admit(
    route: Extract<Route, { bearer: "needed" }>,
    incoming: Incoming,
    served: ServedApp,
    identity: Identity,
    progress: Progress,
  ): Eventually<Reply> {
    progress.identified(served.app, identity);
    progress.allowance = throttle.charge(served.app, route.bucket, served.limits.ratePerSecond);
    const call = new ServedCall(incoming, progress, served);
    permit(route.operation, identity.caller, call.target, served.access);
    const { handler } = route;
    if (typeof handler === "function") {
      if (route.method !== "GET") progress.holdBody(false);
      return handler(call, identity);
    }
    progress.holdBody(true);
    return handler.withBody(
      Object.assign(call, { body: progress.body, confirm: () => confirm(incoming, identity, progress) }),
    );
  }

  /** A right may have been ended here that cannot be looked for now. */
  async function refresh(): Promise<void> {
    await registry.refresh();
    registry.requireKnown();
  }

  async function findNow(params: PathParams): Promise<ServedApp> {
    if (!registry.isCurrent()) await refresh();
    const served = find(params);
    if (served === undefined) throw new Refusal({ code: "app_unknown" });
    return served;
  }

  /** See BodyCall. @param former whom the head of the request came from */
  async function confirm(incoming: Incoming, former: Identity, progress: Progress): Promise<ConfirmedCall> {
    const { route, request, params } = incoming;
    const served = await findNow(params);
    const identity = await confirmed(served, bearerOf(request), former, progress);
    const call = new ServedCall(incoming, progress, served);
    if (route.bearer === "needed") permit(route.operation, identity.caller, call.target, served.access);
    return { call, identity };
  }

  async function confirmed(
    served: ServedApp,
    bearer: string | undefined,
    former: Identity,
    progress: Progress,
  ): Promise<Identity> {
    if (former.caller.kind === "nobody") return former;
    const identity = await callers.identify(served, bearer, () => progress.asker(), { makesUser: false });
    if (isSame(identity.caller, former.caller)) return identity;
    throw badToken("token_unknown", "claim", "its user is another one by now");
  }

  function opened(incoming: Incoming, bearer: string | undefined, served: ServedApp, progress: Progress): OpenCall {
    const { request, addressOf, route } = incoming;
    const { app, limits } = served;
    let identified = NOBODY;
    return Object.assign(new ServedCall(incoming, progress, served), {
      bearer,
      body: progress.body,
      async identify() {
        const now = await findNow(incoming.params);
        identified = await callers.identify(now, bearer, () => progress.asker());
        progress.identified(now.app, identified);
        return identified;
      },
      confirm: () => confirm(incoming, identified, progress),
      charge() {
        progress.allowance = throttle.charge(app, route.bucket, limits.ratePerSecond);
      },
      checkRate() {
        progress.allowance = throttle.check(app, route.bucket, limits.ratePerSecond);
      },
      checkStranger: () => throttle.checkStranger(addressOf(request)),
      chargeStranger() {
        throttle.chargeStranger(addressOf(request));
        progress.isStranger = false;
      },
    });
  }

  return {
    run(incoming) {
      const from = clock.now();
      const { family } = incoming.route;
      const progress = new Progress(parts, incoming);
      const succeeded = (reply: Reply): Response => {
        const span = { from, to: clock.now() };
        return settled(progress, successResponse(reply, span, family, progress.allowance, progress));
      };
      // THE catch; written twice, because a promise has its own.
      const failed = (error: unknown): Response => {
        const shown = progress.hasStored ? afterStoring(error) : error;
        return settled(progress, failures.answer(shown, incoming, find(incoming.params), progress, from));
      };
      const refreshed = async (): Promise<Reply> => {
        progress.holdBody(false);
        await refresh();
        return await handle(incoming, progress);
      };
      try {
        const reply = registry.isCurrent() ? handle(incoming, progress) : refreshed();
        if (!(reply instanceof Promise)) return succeeded(reply);
        if (!progress.isBodyHeld) {
          // A read, of which nothing is left behind when its body is refused.
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

/** One request on its way, as its handler sees it. */
class ServedCall implements Call {
  readonly request: Request;
  readonly answer: Progress;
  readonly served: ServedApp;
  readonly target: UserName | undefined;

  constructor({ request, params }: Incoming, progress: Progress, served: ServedApp) {
    this.request = request;
    this.answer = progress;
    this.served = served;
    this.target = params.username === undefined ? undefined : userName(params.username);
  }

  asker(): Asker {
    return this.answer.asker();
  }
}

/** A user who is created again has another id. */
function isSame(caller: Caller, former: Caller): boolean {
  if (caller.kind !== "user" || former.kind !== "user") return caller.kind === former.kind;
  return caller.id === former.id;
}

function settled(progress: Progress, response: Response): Response {
  progress.release();
  return response;
}
