import { tokenExpiry } from "../../../core/tokens/token-expiry.ts";
import { jsonReply } from "../../answers/reply.ts";
import type { Handler } from "../../call.ts";

/** GET …/sdk/users/{username}/token/expires (clients.md): when the bearer itself expires. */
export function getTokenExpiry(): Handler {
  return async ({ resolved, target }, authentication) =>
    jsonReply({ expire_timestamp: tokenExpiry(resolved, authentication, target) }, true);
}
