import type { RefusedToken } from "../core/refused-tokens.ts";
import type { ThrottleMemory } from "../core/throttle-memory.ts";
import type { ServiceParts, ServiceSettings } from "../service.ts";
import type { StoreMessage, StoreShare } from "../store/open.ts";
import type { ProcessAnswer, ProcessCall } from "./process-calls.ts";
import type { SentError } from "./sent-error.ts";

/** What goes to a serving worker and comes back, as plain data. */
export type ToWorker =
  | StartWorker
  | ProcessAnswer
  | { readonly kind: "store"; readonly message: StoreMessage }
  /** The main thread's `monotonicNs`. */
  | { readonly kind: "clock"; readonly ns: bigint }
  | { readonly kind: "reread"; readonly operatorKey: string | undefined }
  | { readonly kind: "stop" };

export interface StartWorker {
  readonly kind: "start";
  readonly settings: ServiceSettings;
  readonly store: StoreShare;
  /** See `core/pulse.ts`. */
  readonly pulse: SharedArrayBuffer;
  /** See ServiceParts. */
  readonly throttle: ThrottleMemory;
  readonly admission: ServiceParts["admission"];
  readonly drainMs: number | undefined;
}

export type FromWorker =
  | ProcessCall
  | { readonly kind: "clockAsked" }
  | { readonly kind: "serving" }
  | { readonly kind: "refused"; readonly error: SentError }
  | { readonly kind: "refreshFailed"; readonly error: SentError }
  | { readonly kind: "requestFailed"; readonly details: FailedRequest; readonly error: SentError }
  | { readonly kind: "connectionsNearMax"; readonly open: number; readonly max: number }
  | { readonly kind: "secretUnreadable"; readonly path: string; readonly error: SentError }
  | { readonly kind: "tokenRefused"; readonly details: RefusedToken }
  | { readonly kind: "stopped" };

export interface FailedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
}
