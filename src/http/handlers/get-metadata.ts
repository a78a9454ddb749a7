import { andThen } from "../../core/and-then.ts";
import type { Metadata } from "../../core/metadata.ts";
import type { Handler } from "../call.ts";
import { metadataReply } from "../reply.ts";

/** GET …/metadata/user/{username} (user-metadata.md § Get user metadata). */
export function getMetadata({ metadata }: { metadata: Metadata }): Handler {
  return ({ served, target }, { caller }) =>
    andThen(metadata.get(served, caller, target), ({ json }) => metadataReply(json));
}
