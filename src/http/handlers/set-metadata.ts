import type { Metadata } from "../../core/metadata.ts";
import type { Handler } from "../call.ts";
import { metadataReply } from "../reply.ts";
import { readForm } from "../request.ts";

/** PUT …/metadata/user/{username} (user-metadata.md § Setting user metadata). */
export function setMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ request, served, target }, { caller }) => {
    const changes = await readForm(request);
    const { json, modified } = await metadata.set(served, caller, target, changes);
    return metadataReply(json, String(modified));
  };
}
