import type { Metadata } from "../../core/metadata.ts";
import { manyChanges } from "../bodies/many-changes.ts";
import { BODY_BYTES_MAX } from "../bodies/request-body.ts";
import type { Handler } from "../call.ts";
import { contextOf, errorsJson } from "../errors.ts";
import { manyReply } from "../many-reply.ts";

/** POST …/metadata/user/set (docs/VERSIONS.md). */
export function setManyMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async ({ request, body, answer, served }, { caller }) => {
    const { wanted, atomic } = await manyChanges(await body.text(BODY_BYTES_MAX), served);
    const reserve = (bytes: number): void => answer.reserve(bytes);
    const { stored, refused } = await metadata.setMany(served, caller, wanted, atomic, reserve);
    return manyReply(stored, `,"errors":${errorsJson(refused, contextOf(request, served.access.dialect))}`);
  };
}
