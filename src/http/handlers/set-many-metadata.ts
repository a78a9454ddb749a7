import type { Metadata } from "../../core/metadata.ts";
import { manyChanges } from "../bodies/many-changes.ts";
import { BODY_BYTES_MAX } from "../bodies/request-body.ts";
import { type BodyHandler, readFirst } from "../call.ts";
import { contextOf, errorsJson } from "../errors.ts";
import { manyReply } from "../many-reply.ts";

/** POST …/metadata/user/set (docs/VERSIONS.md). */
export function setManyMetadata({ metadata }: { metadata: Metadata }): BodyHandler {
  return readFirst(
    async ({ body, served }) => await manyChanges(await body.text(BODY_BYTES_MAX), served),
    async ({ request, served, answer }, identity, { wanted, atomic }) => {
      const reserve = (bytes: number): void => answer.reserve(bytes);
      const { stored, refused } = await metadata.setMany(served, identity, wanted, atomic, reserve);
      return manyReply(stored, `,"errors":${errorsJson(refused, contextOf(request, served.access.dialect, true))}`);
    },
  );
}
