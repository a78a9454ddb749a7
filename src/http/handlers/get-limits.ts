import { BUCKETS } from "../../core/allowance.ts";
import type { Metadata } from "../../core/metadata/metadata.ts";
import type { Throttle } from "../../core/rates/throttle.ts";
import { metadataReply } from "../answers/reply.ts";
import type { Handler } from "../call.ts";

interface LimitsNeeds {
  readonly metadata: Metadata;
  readonly throttle: Pick<Throttle, "allowance">;
}

/** GET …/metadata/limits (docs/VERSIONS.md): what the caller may, and what is used of it. */
export function getLimits({ metadata, throttle }: LimitsNeeds): Handler {
  return async ({ served }, { caller }) => {
    const { app, limits } = served;
    const used = await metadata.used(served, caller);
    const rates = BUCKETS.map((bucket) => [bucket, throttle.allowance(app, bucket, limits.ratePerSecond)] as const);
    const data = {
      limits,
      used: { appBytes: used.app, userBytes: used.user },
      rates: Object.fromEntries(
        rates.map(([bucket, allowance]) => [
          bucket,
          allowance && { perSecond: allowance.ratePerSecond, remaining: allowance.remaining },
        ]),
      ),
      conflicts: app.conflicts,
      checkExt: app.checkExt,
    };
    return metadataReply(JSON.stringify(data));
  };
}
