import { z } from "zod";
import type { UserChanges } from "../../core/batch-writes.ts";
import type { Metadata } from "../../core/metadata.ts";
import { illegal } from "../../core/refusals.ts";
import type { Handler } from "../call.ts";
import { contextOf, errorsOf } from "../errors.ts";
import { membersOf, mergePatch, numberMap } from "../json-maps.ts";
import { manyReply } from "../many-reply.ts";
import { readJson } from "../read-json.ts";

const Body = z.object({
  /** By username, what a PATCH of that user would hold. */
  targets: z.unknown().optional(),
  /** By username, `lastModified` of the attributes that are replaced. */
  versions: z.unknown().optional(),
  atomic: z.boolean().nullish(),
});

/** POST …/metadata/user/set (docs/VERSIONS.md). */
export function setManyMetadata({ metadata }: { metadata: Metadata }): Handler {
  return async (call, { caller }) => {
    const { request, served } = call;
    const { targets, versions, atomic } = await readJson(call, Body);
    const wanted = changesOf(targets, numberMap(versions, "versions"));
    const { stored, refused } = await metadata.setMany(served, caller, wanted, atomic ?? false, (bytes) =>
      call.answer.reserve(bytes),
    );
    const errors = errorsOf(refused, contextOf(request, served.access.dialect));
    return manyReply(stored, `,"errors":${JSON.stringify(errors)}`);
  };
}

function changesOf(targets: unknown, versions: ReadonlyMap<string, number>): readonly UserChanges[] {
  const wanted = membersOf(targets, "targets").map(([spelling, attributes]): UserChanges => {
    const at = versions.get(spelling);
    return {
      spelling,
      changes: mergePatch(attributes, `targets.${spelling.slice(0, 64)}`),
      preconditions: at === undefined ? [] : [{ kind: "modified", at }],
    };
  });
  const names = new Set(wanted.map(({ spelling }) => spelling));
  // Whoever misspells a name must not believe that his condition was looked at.
  for (const name of versions.keys())
    if (!names.has(name)) throw illegal(`versions: ${name.slice(0, 64)} is no target`);
  return wanted;
}
