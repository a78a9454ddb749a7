import type { Metadata } from "../../core/metadata.ts";
import type { Handler } from "../call.ts";
import { metadataReply } from "../reply.ts";

/** DELETE …/metadata/user/{username} (user-metadata.md § Delete User Metadata). */
export function deleteMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ served, target }, { caller }) => {
    await metadata.remove(served, caller, target);
    return metadataReply("true");
  };
}
