import type { Operation } from "../core/access.ts";
import type { Asker } from "../core/admission/asker.ts";
import type { Bucket } from "../core/allowance.ts";
import type { Identity } from "../core/callers.ts";
import type { UserName } from "../core/model.ts";
import type { Eventually } from "../core/ports.ts";
import type { ServedApp } from "../core/registry.ts";
import type { RequestBody } from "./bodies/request-body.ts";
import type { Progress } from "./progress.ts";
import type { Family, Reply } from "./reply.ts";

/** One request on its way through a handler. */
export interface Call {
  readonly request: Request;
  readonly body: RequestBody;
  /** To be asked for before anything is changed whose answer may be large. */
  readonly answer: Pick<Progress, "reserve">;
  readonly served: ServedApp;
  /** The user that the path names; undefined when it names none, or not a legal one. */
  readonly target: UserName | undefined;
  /** Who asks, as far as it is known; asked for only when something that can run out is used. */
  asker(): Asker;
}

/** One of a route with an optional bearer, whose handler finds out itself who asks, and counts the call then. */
export interface OpenCall extends Call {
  readonly bearer: string | undefined;
  /** Refuses a missing bearer and a bad one. */
  identify(): Promise<Identity>;
  /** Counts the call in the app's bucket. */
  charge(): void;
  /** Refuses what `charge` would refuse, and counts nothing. */
  checkRate(): void;
  /** Refuses what `chargeStranger` would refuse, and counts nothing. */
  checkStranger(): void;
  /** Counts the call against the caller's address; a refusal that follows counts no more. */
  chargeStranger(): void;
}

export type Handler = (call: Call, identity: Identity) => Eventually<Reply>;
export type OpenHandler = (call: OpenCall) => Eventually<Reply>;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Route = AnyRoute &
  (
    | {
        readonly bearer: "needed";
        /** What the caller must be allowed to do before the body is read. */
        readonly operation: Operation;
        readonly handler: Handler;
      }
    | { readonly bearer: "optional"; readonly handler: OpenHandler }
  );

interface AnyRoute {
  readonly method: Method;
  /** Below the app's prefix; `{username}` stands for one segment. */
  readonly path: string;
  readonly bucket: Bucket;
  readonly family: Family;
}
