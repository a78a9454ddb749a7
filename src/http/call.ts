import type { Identity } from "../core/callers.ts";
import type { UserName } from "../core/model.ts";
import type { Eventually } from "../core/ports.ts";
import type { ServedApp } from "../core/registry.ts";
import type { Bucket } from "../core/throttle.ts";
import type { Reply } from "./reply.ts";

/** One request on its way through a handler. */
export interface Call {
  readonly request: Request;
  readonly served: ServedApp;
  /** The user that the path names; undefined when it names none, or not a legal one. */
  readonly target: UserName | undefined;
  /** Who asks; refuses a missing bearer and a bad one. For routes with an optional bearer. */
  identify(): Promise<Identity>;
  /** For routes with an optional bearer: they count the call themselves, once they know who asks. */
  readonly rate: Rate;
}

export interface Rate {
  /** Counts the call in the app's bucket. */
  charge(): void;
  /** Refuses what `charge` would refuse, and counts nothing. */
  check(): void;
  /** Counts the call against the caller's address. */
  chargeStranger(): void;
}

/** @param identity who asks; nobody where the bearer is optional */
export type Handler = (call: Call, identity: Identity) => Eventually<Reply>;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

export interface Route {
  readonly method: Method;
  /** Below the app's prefix; `{username}` stands for one segment. */
  readonly path: string;
  readonly bearer: "needed" | "optional";
  readonly bucket: Bucket;
  /** Metadata errors have a shape of their own. */
  readonly family: "metadata" | "account";
  readonly handler: Handler;
}
