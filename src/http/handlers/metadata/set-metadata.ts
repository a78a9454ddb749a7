import type { ResolvedApp } from "../../../core/apps/registry.ts";
import type { Metadata } from "../../../core/metadata/metadata.ts";
import type { StoredAttributes } from "../../../core/ports/attribute-store.ts";
import { type Reply, versionedReply } from "../../answers/reply.ts";
import { readForm } from "../../bodies/forms/read-form.ts";
import { readPatch } from "../../bodies/json/read-patch.ts";
import { type BodyHandler, readFirst } from "../../call.ts";
import { preconditionsOfWrite } from "../../requests/preconditions.ts";

/**
 * PUT …/metadata/user/{username} (the specification § Setting user metadata). May answer 409 (conflict), or 412 if a
 * precondition fails.
 */
export function setMetadata(rules: { metadata: Metadata }): BodyHandler {
  return changing(rules, readForm);
}

/** PATCH …/metadata/user/{username} (docs/EXTENSIONS.md): the same, also from JSON. */
export function patchMetadata(rules: { metadata: Metadata }): BodyHandler {
  return changing(rules, readPatch);
}

function changing({ metadata }: { metadata: Metadata }, read: typeof readForm): BodyHandler {
  return readFirst(
    async (call) => {
      const preconditions = preconditionsOfWrite(call.request);
      return { preconditions, changes: await read(call) };
    },
    async ({ resolved, target, answer }, authentication, { changes, preconditions }) => {
      const reserve = (bytes: number): void => answer.reserve(bytes);
      const stored = await metadata.set(resolved, authentication, target, changes, preconditions, reserve);
      return writtenReply(stored.json, stored, resolved);
    },
  );
}

/** @param data JSON text */
export function writtenReply(data: string, stored: StoredAttributes, { limits }: ResolvedApp): Reply {
  return { ...versionedReply(data, stored), quota: { used: stored.bytes, limit: limits.userBytesMax } };
}
