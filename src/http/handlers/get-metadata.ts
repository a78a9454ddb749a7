import type { Metadata } from "../../core/metadata.ts";
import type { Handler } from "../call.ts";
import { metadataReply } from "../reply.ts";

/** GET …/metadata/user/{username} (user-metadata.md § Get user metadata). */
export function getMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ served, target }, { caller }) => {
    const { json } = await metadata.get(served, caller, target);
    return metadataReply(json);
  };
}
