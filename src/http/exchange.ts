import { permit } from "../core/access.ts";
import { accountOf } from "../core/admission/asker.ts";
import type { Callers, Identity } from "../core/callers.ts";
import { userName } from "../core/model.ts";
import type { Clock, Eventually } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";
import type { Registry, ServedApp } from "../core/registry.ts";
import { afterStoring } from "../core/store-failure.ts";
import type { Throttle } from "../core/throttle.ts";
import { type AnswerParts, AnswerRoom } from "./answer-room.ts";
import type { Call, OpenCall, Route } from "./call.ts";
import { type Charged, createFailures, type FailureEvents } from "./failures.ts";
import type { Incoming, PathParams } from "./incoming.ts";
import { type BodyParts, IncomingBody } from "./incoming-body.ts";
import { type Reply, successResponse } from "./reply.ts";
import { bearerOf } from "./request.ts";
import { NO_BODY, SMALL_BODY_BYTES_MAX } from "./request-body.ts";
import type { WireRefusal } from "./wire-refusals.ts";

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
  /** Answers what no route takes, or what is refused before one is asked. */
  refuse(refusal: Refusal | WireRefusal, incoming: Pick<Incoming, "request" | "addressOf">): Response;
  /** Answers a fault outside `run`. */
  fail(error: unknown): Response;
}

/** The request is answered: what was held for it is free again, except what a streamed answer goes on holding. */
function settled({ body, sending }: Charged, response: Response): Response {
  body?.release();
  sending?.release();
  return response;
}

export function createExchange(needs: ExchangeNeeds): Exchange {
  const { registry, callers, throttle, clock, events } = needs;
  const failures = createFailures({ throttle, clock, events });
  const answers: AnswerParts = { ...needs.answers, brokenOff: failures.brokenOff };

  const find = ({ org = "", app = "", appId }: PathParams): ServedApp | undefined =>
    appId === undefined ? registry.byKey(org, app) : registry.byId(appId);

  /** Made when it is first held: a read that is answered at once takes no notice of its body. */
  function bodyOf(incoming: Incoming, charged: Charged): IncomingBody {
    charged.body ??= new IncomingBody(needs.bodies, incoming, charged);
    return charged.body;
  }

  function handle(incoming: Incoming, charged: Charged): Eventually<Reply> {
    const { route, request, params, addressOf } = incoming;
    const served = find(params);
    if (served === undefined) throw new Refusal({ code: "app_unknown" });
    const target = params.username === undefined ? undefined : userName(params.username);
    const answer = new AnswerRoom(answers, incoming, charged);
    charged.sending = answer;
    const body = route.method === "GET" ? NO_BODY : bodyOf(incoming, charged);
    const call: Call = { request, body, answer, served, target, asker: charged.asker };
    const bearer = bearerOf(request);
    // Whoever has not shown a good token before is looked at only while his address has not failed too often.
    if (route.bearer === "optional") {
      if (bearer === undefined || !callers.isKnown(bearer)) throttle.checkStranger(addressOf(request));
      if (bearer === undefined) charged.body?.hold(true, SMALL_BODY_BYTES_MAX);
      else charged.body?.hold(false);
      return route.handler(opened(call, bearer, route, addressOf, charged));
    }
    const known = callers.recall(served, bearer);
    if (known !== undefined) return admit(route, call, known, addressOf, charged);
    throttle.checkStranger(addressOf(request));
    charged.body?.hold(false);
    return identified(call, bearer, charged).then((identity) => admit(route, call, identity, addressOf, charged));
  }

  async function identified(call: Call, bearer: string | undefined, charged: Charged): Promise<Identity> {
    const identity = await callers.identify(call.served, bearer, call.asker);
    if (identity.isUserNew) charged.hasStored = true;
    return identity;
  }

  function admit(
    route: Extract<Route, { bearer: "needed" }>,
    call: Call,
    identity: Identity,
    addressOf: Incoming["addressOf"],
    charged: Charged,
  ): Eventually<Reply> {
    const { served, target, request } = call;
    const { caller } = identity;
    charged.isStranger = false;
    charged.allowance = throttle.charge(served.app, route.bucket, served.limits.ratePerSecond);
    permit(route.operation, caller, target, served.access);
    const asker: Call["asker"] = () => ({ address: addressOf(request), account: accountOf(served.app, caller) });
    charged.asker = asker;
    charged.body?.hold(route.method !== "DELETE");
    return route.handler({ ...call, asker }, identity);
  }

  function opened(
    call: Call,
    bearer: string | undefined,
    { bucket }: Route,
    addressOf: Incoming["addressOf"],
    charged: Charged,
  ): OpenCall {
    const { app, limits } = call.served;
    return {
      ...call,
      bearer,
      async identify() {
        const identity = await identified(call, bearer, charged);
        charged.isStranger = false;
        return identity;
      },
      charge() {
        charged.allowance = throttle.charge(app, bucket, limits.ratePerSecond);
      },
      checkRate() {
        charged.allowance = throttle.check(app, bucket, limits.ratePerSecond);
      },
      checkStranger: () => throttle.checkStranger(addressOf(call.request)),
      chargeStranger() {
        throttle.chargeStranger(addressOf(call.request));
        charged.isStranger = false;
      },
    };
  }

  return {
    run(incoming) {
      const from = clock.now();
      const { family } = incoming.route;
      const charged: Charged = {
        allowance: undefined,
        isStranger: true,
        hasStored: false,
        asker: () => ({ address: incoming.addressOf(incoming.request) }),
        body: undefined,
        sending: undefined,
      };
      const succeeded = (reply: Reply): Response =>
        settled(charged, successResponse(reply, { from, to: clock.now() }, family, charged.allowance, charged.sending));
      // THE catch; written twice, because a promise has its own.
      const failed = (error: unknown): Response => {
        const shown = charged.hasStored ? afterStoring(error) : error;
        return settled(charged, failures.answer(shown, incoming, find(incoming.params), charged, from));
      };
      const handled = (): Eventually<Reply> => handle(incoming, charged);
      const refreshed = async (): Promise<Reply> => {
        bodyOf(incoming, charged).hold(false);
        await registry.refresh();
        // A right may have been ended here that cannot be looked for now.
        registry.requireKnown();
        return await handled();
      };
      try {
        const reply = registry.isCurrent() ? handled() : refreshed();
        if (!(reply instanceof Promise)) return succeeded(reply);
        if (charged.body === undefined) {
          // A read, of which nothing is left behind when its body is refused.
          reply.catch(() => {});
          bodyOf(incoming, charged).hold(false);
        }
        return reply.then(succeeded).catch(failed);
      } catch (error) {
        return failed(error);
      }
    },
    fail: (error) => failures.answerUnrouted(error),
    refuse: (refusal, incoming) => failures.answerUnmatched(refusal, incoming),
  };
}
