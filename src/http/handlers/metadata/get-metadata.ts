import { andThen } from "../../../core/async/and-then.ts";
import { NO_ATTRIBUTES_JSON } from "../../../core/metadata/attributes.ts";
import type { Metadata } from "../../../core/metadata/metadata.ts";
import { metadataReply, notModifiedReply, versionedReply } from "../../answers/reply.ts";
import type { Handler } from "../../call.ts";
import { preconditionsOfRead } from "../../requests/preconditions.ts";

/** GET …/metadata/user/{username} (the specification § Get user metadata). */
export function getMetadata({ metadata }: { metadata: Metadata }): Handler {
  return ({ request, resolved, target }, { caller }) =>
    andThen(metadata.get(resolved, caller, target, preconditionsOfRead(request)), (found) => {
      if (found === undefined) return metadataReply(NO_ATTRIBUTES_JSON);
      return "unchanged" in found ? notModifiedReply(found.unchanged) : versionedReply(found.json, found);
    });
}
