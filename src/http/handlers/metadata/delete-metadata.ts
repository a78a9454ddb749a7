import type { Metadata } from "../../../core/metadata/metadata.ts";
import { illegal } from "../../../core/refusals.ts";
import { metadataReply } from "../../answers/reply.ts";
import type { Handler } from "../../call.ts";
import { preconditionsOfWrite } from "../../requests/preconditions.ts";
import { queryList } from "../../requests/query-list.ts";
import { urlOf } from "../../requests/request.ts";
import { writtenReply } from "./set-metadata.ts";

/**
 * DELETE …/metadata/user/{username} (the specification § Delete User Metadata). `?properties=a,b` deletes only these
 * keys (docs/EXTENSIONS.md).
 */
export function deleteMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ request, resolved, target }, authentication) => {
    const preconditions = preconditionsOfWrite(request);
    const keys = queryList(urlOf(request).search, "properties");
    if (keys === undefined) {
      await metadata.remove(resolved, authentication, target, preconditions);
      return { ...metadataReply("true"), quota: { used: 0, limit: resolved.limits.userBytesMax } };
    }
    // An empty list does not mean "all": a client without keys to remove wants to remove nothing.
    if (keys.includes("")) throw illegal("properties: an attribute has no key");
    const stored = await metadata.removeKeys(resolved, authentication, target, keys, preconditions);
    return stored === undefined ? metadataReply("true") : writtenReply("true", stored, resolved);
  };
}
