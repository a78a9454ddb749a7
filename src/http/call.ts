import type { Operation } from "../core/access.ts";
import type { Asker } from "../core/admission/asker.ts";
import type { ResolvedApp } from "../core/apps/registry.ts";
import type { UserName } from "../core/model.ts";
import type { MaybePromise } from "../core/ports/maybe-promise.ts";
import type { Bucket } from "../core/rate-limit-status.ts";
import type { Authentication } from "../core/tokens/authentication.ts";
import type { Family, Reply } from "./answers/reply.ts";
import type { RequestBody } from "./bodies/request-body.ts";

/** One request on its way through a handler. */
export interface Call {
  readonly request: Request;
  /** To be asked for before anything is changed whose answer may be large. */
  readonly answer: { reserve(bytes: number): void };
  readonly resolved: ResolvedApp;
  /** The user that the path names; undefined when it names none, or not a legal one. */
  readonly target: UserName | undefined;
  /** Who asks, as far as it is known; asked for only when something that can run out is used. */
  asker(): Asker;
}

/** A call whose body is still to be read. */
export interface BodyCall extends Call {
  readonly body: RequestBody;
  /**
   * Who asks, and whether they still may, and the app, all as they are now: what was found out when the head of the
   * request came may be half a minute old. Makes no user. Refuses as the head would be refused, and a user who is not the
   * one of then.
   */
  confirm(): Promise<ConfirmedCall>;
}

export interface ConfirmedCall {
  readonly call: Call;
  readonly authentication: Authentication;
}

/** One of a route with an optional bearer, whose handler finds out itself who asks, and counts the call then. */
export interface OpenCall extends BodyCall {
  readonly bearer: string | undefined;
  /** Who asks now. Refuses a missing bearer and a bad one. */
  authenticate(): Promise<Authentication>;
  /** Counts the call in the app's bucket. */
  charge(): void;
  /** Refuses what `charge` would refuse, and counts nothing. */
  checkRate(): void;
  /** Refuses what `chargeAddress` would refuse, and counts nothing. */
  checkAddress(): void;
  /** Counts the call against the caller's address; a refusal that follows counts no more. */
  chargeAddress(): void;
}

/** Takes no notice of a body. */
export type Handler = (call: Call, authentication: Authentication) => MaybePromise<Reply>;
/** Learns who asks by `confirm` alone, and so after the body: `readFirst` makes one. */
export interface BodyHandler {
  readonly withBody: (call: BodyCall) => Promise<Reply>;
}
export type OpenHandler = (call: OpenCall) => MaybePromise<Reply>;

/** The body is read; if who asks still may then, what it wants is carried out. */
export function readFirst<Wanted>(
  read: (call: BodyCall) => Promise<Wanted>,
  carryOut: (call: Call, authentication: Authentication, wanted: Wanted) => Promise<Reply>,
): BodyHandler {
  return {
    async withBody(call) {
      const wanted = await read(call);
      const confirmed = await call.confirm();
      return await carryOut(confirmed.call, confirmed.authentication, wanted);
    },
  };
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Route = AnyRoute &
  (
    | {
        readonly bearer: "needed";
        /** What the caller must be allowed to do before the body is read. */
        readonly operation: Operation;
        readonly handler: Handler | BodyHandler;
      }
    | { readonly bearer: "optional"; readonly handler: OpenHandler }
  );

interface AnyRoute {
  readonly method: Method;
  /** Below the app's prefix; `{name}` stands for one segment. `{username}` is the user that the call is about. */
  readonly path: string;
  readonly bucket: Bucket;
  readonly family: Family;
  /** There only for apps whose setting `companionCalls` is on. */
  readonly isCompanion?: true;
}

/** Whether the route reads a body; a bearer that is optional stands for one that does. */
export function readsBody(route: Route): boolean {
  return route.bearer === "optional" || typeof route.handler !== "function";
}
