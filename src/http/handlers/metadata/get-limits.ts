import type { Metadata } from "../../../core/metadata/metadata.ts";
import { BUCKETS } from "../../../core/rate-limit-status.ts";
import type { RateLimiter } from "../../../core/rates/rate-limiter.ts";
import { metadataReply } from "../../answers/reply.ts";
import type { Handler } from "../../call.ts";

interface LimitsNeeds {
  readonly metadata: Metadata;
  readonly rateLimiter: Pick<RateLimiter, "status">;
}

/** GET …/metadata/limits (docs/EXTENSIONS.md): the limits that apply to the caller, and the usage. */
export function getLimits({ metadata, rateLimiter }: LimitsNeeds): Handler {
  return async ({ resolved }, { caller }) => {
    const { app, limits } = resolved;
    const used = await metadata.used(resolved, caller);
    const rates = BUCKETS.map((bucket) => [bucket, rateLimiter.status(app, bucket, limits.ratePerSecond)] as const);
    const data = {
      limits,
      used: { appBytes: used.app, userBytes: used.user },
      rates: Object.fromEntries(
        rates.map(([bucket, rateLimit]) => [
          bucket,
          rateLimit && { perSecond: rateLimit.ratePerSecond, remaining: rateLimit.remaining },
        ]),
      ),
      conflicts: app.conflicts,
      checkExt: app.checkExt,
    };
    return metadataReply(JSON.stringify(data));
  };
}
