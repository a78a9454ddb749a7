/**
 * The types of calls, handlers and routes. A handler in `handlers/` reads its request, calls one rule of core and
 * shapes the reply. It must not decide permissions (core/access.ts) nor touch the store.
 */

import type { Operation } from "../core/access.ts";
import type { Asker } from "../core/admission/asker.ts";
import type { ResolvedApp } from "../core/apps/registry.ts";
import type { UserName } from "../core/model.ts";
import type { MaybePromise } from "../core/ports/maybe-promise.ts";
import type { Bucket } from "../core/rate-limit-status.ts";
import type { Authentication } from "../core/tokens/authentication.ts";
import type { DirectReply, Family, Reply } from "./answers/reply.ts";
import type { RequestBody } from "./bodies/request-body.ts";

/** One request, as its handler sees it. */
export interface Call {
  readonly request: Request;
  /** If the answer may be large, reserve its room before changing anything. */
  readonly answer: { reserve(bytes: number): void };
  readonly resolved: ResolvedApp;
  /** The user named in the path; undefined if the path names none or an illegal name. */
  readonly target: UserName | undefined;
  /** The asker as known so far. Call only before using a limited resource. */
  asker(): Asker;
}

/** A call whose body has not been read yet. */
export interface BodyCall extends Call {
  readonly body: RequestBody;
  /**
   * Checks app, token and permission again, as they are now: the result for the request's head may be half a minute
   * old. Creates no user. Refuses as for the head, and also if the token's user has been replaced meanwhile.
   */
  confirm(): Promise<ConfirmedCall>;
}

export interface ConfirmedCall {
  readonly call: Call;
  readonly authentication: Authentication;
}

/**
 * A call of a route whose bearer is optional. Its handler authenticates the caller itself, then charges the rate limit.
 */
export interface OpenCall extends BodyCall {
  readonly bearer: string | undefined;
  /** Authenticates the caller as of now. Refuses a missing or bad bearer. */
  authenticate(): Promise<Authentication>;
  /** Charges the call to the app's bucket. Refuses with `rate_exceeded` (429). */
  charge(): void;
  /** Refuses if `charge` would, without charging. */
  checkRate(): void;
  /** Refuses if `chargeAddress` would, without charging. */
  checkAddress(): void;
  /** Charges the call to the caller's address. A later refusal is not charged again. */
  chargeAddress(): void;
}

/** Ignores the body. */
export type Handler = (call: Call, authentication: Authentication) => MaybePromise<Reply>;
/** Learns the caller only from `confirm`, after the body was read; see `readFirst`. */
export interface BodyHandler {
  readonly withBody: (call: BodyCall) => Promise<Reply | DirectReply>;
}
export type OpenHandler = (call: OpenCall) => MaybePromise<Reply>;

/** A handler that reads the body first, then confirms that the caller is still allowed to do `carryOut`. */
export function readFirst<Wanted>(
  read: (call: BodyCall) => Promise<Wanted>,
  carryOut: (call: Call, authentication: Authentication, wanted: Wanted) => Promise<Reply | DirectReply>,
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
        /** The permission that is checked before the body is read. */
        readonly operation: Operation;
        readonly handler: Handler | BodyHandler;
      }
    | { readonly bearer: "optional"; readonly handler: OpenHandler }
  );

interface AnyRoute {
  readonly method: Method;
  /** Below the app's prefix. `{name}` stands for one segment, `{username}` for the user that the call is about. */
  readonly path: string;
  readonly bucket: Bucket;
  readonly family: Family;
  /** Available only in apps with the setting `companionCalls`. */
  readonly isCompanion?: true;
}

/** Whether the route reads a body. All routes with an optional bearer do. */
export function readsBody(route: Route): boolean {
  return route.bearer === "optional" || typeof route.handler !== "function";
}
