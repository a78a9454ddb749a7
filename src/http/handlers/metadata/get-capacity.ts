import type { Metadata } from "../../../core/metadata/metadata.ts";
import { metadataReply } from "../../answers/reply.ts";
import type { Handler } from "../../call.ts";

/** GET …/metadata/user/capacity (the specification § Get the total size of user metadata). */
export function getCapacity({ metadata }: { metadata: Metadata }): Handler {
  return async ({ resolved }, { caller }) => metadataReply(String(await metadata.capacity(resolved, caller)));
}
