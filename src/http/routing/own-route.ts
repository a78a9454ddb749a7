import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { Method } from "../call.ts";

/** A path of the server itself, which belongs to no app. */
export interface OwnRoute {
  /** In the form of Bun's router; a trailing `/*` matches everything below. */
  readonly path: string;
  /** `any`: the route itself handles all methods, including HEAD and OPTIONS. */
  readonly methods: readonly Method[] | "any";
  /** Skips the run queue of this thread. Only for routes that take almost no time. */
  readonly isUrgent?: true;
  /** For people, so it is not part of the API's document. */
  readonly isPage?: true;
  /** May refuse. Undefined: not found, answered like an unknown path. */
  answer(request: Request): MaybePromise<Response | undefined>;
}
