import { permit } from "../../core/access.ts";
import { TTL_SECONDS_MAX } from "../../core/tokens/tokens.ts";
import { jsonReply } from "../answers/reply.ts";
import type { Handler } from "../call.ts";

/** GET …/sdk/users/{username}/token/expires (clients.md): when the bearer itself expires. */
export function getTokenExpiry(): Handler {
  return async ({ resolved, target }, { caller, issued, expires }) => {
    permit("readTokenExpiry", caller, target, resolved.access);
    const expireTimestamp = Number.isFinite(expires) ? expires : issued + TTL_SECONDS_MAX * 1000;
    return jsonReply({ expire_timestamp: expireTimestamp }, true);
  };
}
