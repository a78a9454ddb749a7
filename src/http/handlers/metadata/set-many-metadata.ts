import type { Metadata } from "../../../core/metadata/metadata.ts";
import { contextOf, errorsJson } from "../../answers/errors.ts";
import { manyReply } from "../../answers/many-reply.ts";
import { manyChanges } from "../../bodies/json/many-changes.ts";
import { readText } from "../../bodies/read-text.ts";
import { BODY_BYTES_MAX } from "../../bodies/request-body.ts";
import { type BodyHandler, readFirst } from "../../call.ts";

/** POST …/metadata/user/set (docs/EXTENSIONS.md). */
export function setManyMetadata({ metadata }: { metadata: Metadata }): BodyHandler {
  return readFirst(
    async (call) => await manyChanges(await readText(call, BODY_BYTES_MAX), call.resolved),
    async ({ request, resolved, answer }, authentication, { wanted, atomic }) => {
      const reserve = (bytes: number): void => answer.reserve(bytes);
      const { stored, refused } = await metadata.setMany(resolved, authentication, wanted, atomic, reserve);
      return manyReply(stored, `,"errors":${errorsJson(refused, contextOf(request, resolved.access.dialect, true))}`);
    },
  );
}
