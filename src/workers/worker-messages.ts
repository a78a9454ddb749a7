import type { RateLimiterMemory } from "../core/rates/rate-limiter-memory.ts";
import type { RefusedToken } from "../core/tokens/refused-tokens.ts";
import type { Failure } from "../ops/failure.ts";
import type { ServiceParts, ServiceSettings } from "../service.ts";
import type { StoreMessage, StoreShare } from "../store/open.ts";
import type { ProcessAnswer, ProcessCall } from "./process-calls.ts";
import type { SentError } from "./sent-error.ts";

/** Messages to a serving worker; plain data, as are those of `FromWorker`. */
export type ToWorker =
  | StartWorker
  | ProcessAnswer
  | { readonly kind: "store"; readonly message: StoreMessage }
  /** The main thread's `monotonicNs`. */
  | { readonly kind: "clock"; readonly ns: bigint }
  | { readonly kind: "reload"; readonly operatorKey: string | undefined }
  | { readonly kind: "stop" };

export interface StartWorker {
  readonly kind: "start";
  readonly settings: ServiceSettings;
  readonly store: StoreShare;
  /** See `core/faults/heartbeat.ts`. */
  readonly heartbeat: SharedArrayBuffer;
  /** See ServiceParts. */
  readonly rateLimiter: RateLimiterMemory;
  readonly admission: ServiceParts["admission"];
  readonly drainMs: number | undefined;
}

export type FromWorker =
  | ProcessCall
  | { readonly kind: "clockAsked" }
  | { readonly kind: "serving" }
  | { readonly kind: "refused"; readonly error: SentError }
  /** @property count the number of such failures, including this one */
  | { readonly kind: "failed"; readonly failure: Failure<SentError>; readonly count: number }
  /** An uncaught error: the worker ends. */
  | { readonly kind: "crashed"; readonly error: SentError }
  | { readonly kind: "connectionsNearMax"; readonly open: number; readonly max: number }
  | { readonly kind: "secretReadable"; readonly path: string }
  | { readonly kind: "tokenRefused"; readonly details: RefusedToken }
  | { readonly kind: "stopped" };
