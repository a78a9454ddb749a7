import type { Metadata } from "../../../core/metadata/metadata.ts";
import type { MaybePromise } from "../../../core/ports/maybe-promise.ts";
import { manyReply, manyReplyInParts, PART_BYTES } from "../../answers/many-reply.ts";
import { type BatchBody, batchBody, deltaBody } from "../../bodies/json/batch-body.ts";
import { longBatchBody } from "../../bodies/json/long-batch-body.ts";
import { PARSED_CHARACTERS_MAX, parseJson } from "../../bodies/json/read-json.ts";
import { readText } from "../../bodies/read-text.ts";
import { BODY_BYTES_MAX } from "../../bodies/request-body.ts";
import { type BodyHandler, readFirst } from "../../call.ts";

/** POST …/metadata/user/get (the specification § Get Users' Metadata); with `versions`, docs/EXTENSIONS.md. */
export function getManyMetadata({ metadata }: { metadata: Metadata }): BodyHandler {
  return readFirst(
    async (call) => await wantedOf(await readText(call, BODY_BYTES_MAX), call.resolved.limits.batchMax),
    async ({ resolved, answer }, { caller }, wanted) => {
      const { found, unchanged, removed, more } = await metadata.getMany(resolved, caller, wanted);
      const rest = (): string =>
        wanted.isDelta ? `,"unchanged":${JSON.stringify(unchanged)},"removed":${JSON.stringify(removed)}` : "";
      if (more === undefined) return manyReply(found, rest());
      answer.reserve(PART_BYTES);
      return manyReplyInParts(found, more, rest);
    },
  );
}

function wantedOf(text: string, batchMax: number): MaybePromise<BatchBody> {
  const isLong = text.length > PARSED_CHARACTERS_MAX;
  return isLong ? longBatchBody(text, batchMax) : (deltaBody(text) ?? batchBody(parseJson(text), batchMax));
}
