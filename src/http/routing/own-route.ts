import type { MaybePromise } from "../../core/ports/maybe-promise.ts";
import type { Method } from "../call.ts";

/** A path of the server's own, which belongs to no app. */
export interface OwnRoute {
  /** As Bun's router takes it: `/*` at its end stands for all that is below. */
  readonly path: string;
  /** `any`: the row itself looks at the method, also at HEAD and OPTIONS. */
  readonly methods: readonly Method[] | "any";
  /** Answered past the queue for this thread's time. Only for what takes next to none. */
  readonly isUrgent?: true;
  /** For people, and so not a part of the API's document. */
  readonly isPage?: true;
  /** May refuse. Undefined: there is nothing here for this request, which is answered as that for an unknown path. */
  answer(request: Request): MaybePromise<Response | undefined>;
}
