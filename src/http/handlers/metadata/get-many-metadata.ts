import type { CopiedMetadata } from "../../../core/metadata/batch-reads.ts";
import type { Metadata } from "../../../core/metadata/metadata.ts";
import type { Caller } from "../../../core/model.ts";
import type { MaybePromise } from "../../../core/ports/maybe-promise.ts";
import { SMALL_ANSWER } from "../../answers/answer-room.ts";
import { manyReply, manyReplyInParts, PART_BYTES } from "../../answers/many-reply.ts";
import { MembersBuffer } from "../../answers/members-buffer.ts";
import type { DirectReply, Reply } from "../../answers/reply.ts";
import { type BatchBody, batchBody, deltaBody } from "../../bodies/json/batch-body.ts";
import { longBatchBody } from "../../bodies/json/long-batch-body.ts";
import { PARSED_CHARACTERS_MAX, parseJson } from "../../bodies/json/read-json.ts";
import { readText } from "../../bodies/read-text.ts";
import { BODY_BYTES_MAX } from "../../bodies/request-body.ts";
import { type BodyHandler, type Call, readFirst } from "../../call.ts";

/** POST …/metadata/user/get (the specification § Get Users' Metadata); with `versions`, docs/EXTENSIONS.md. */
export function getManyMetadata({ metadata }: { metadata: Metadata }): BodyHandler {
  return readFirst(
    async (call) => await wantedOf(await readText(call, BODY_BYTES_MAX), call.resolved.limits.batchMax),
    async (call, { caller }, wanted) => {
      const general = (): Promise<Reply> => textReply(metadata, call, caller, wanted);
      const copied = wanted.isDelta ? undefined : metadata.copyMany(call.resolved, caller, wanted);
      return copied === undefined ? await general() : directReply(copied, general);
    },
  );
}

/**
 * One for all answers of this thread. Larger answers are sent as text, which counts them against the budget `answers`.
 */
const buffer = new MembersBuffer(SMALL_ANSWER);

function directReply(copied: CopiedMetadata, general: () => Promise<Reply>): DirectReply {
  const write: DirectReply["write"] = (span) => (copied.copy(buffer) ? buffer.finish(span) : undefined);
  return {
    write,
    otherwise: async () => ((await copied.readMissing()) ? { write, otherwise: general } : await general()),
  };
}

async function textReply(metadata: Metadata, call: Call, caller: Caller, wanted: BatchBody): Promise<Reply> {
  const { found, unchanged, removed, more } = await metadata.getMany(call.resolved, caller, wanted);
  const rest = (): string =>
    wanted.isDelta ? `,"unchanged":${JSON.stringify(unchanged)},"removed":${JSON.stringify(removed)}` : "";
  if (more === undefined) return manyReply(found, rest());
  call.answer.reserve(PART_BYTES);
  return manyReplyInParts(found, more, rest);
}

function wantedOf(text: string, batchMax: number): MaybePromise<BatchBody> {
  const isLong = text.length > PARSED_CHARACTERS_MAX;
  return isLong ? longBatchBody(text, batchMax) : (deltaBody(text) ?? batchBody(parseJson(text), batchMax));
}
