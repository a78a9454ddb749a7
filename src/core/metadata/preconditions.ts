import type { Pace } from "../async/pace.ts";
import type { StoredAttributes, StoredVersion } from "../ports/attribute-store.ts";
import { Refusal } from "../refusals.ts";
import type { AttributePatch } from "./attributes.ts";
import { differingJson } from "./differing-json.ts";

/**
 * The condition of a conditional call (RFC 9110 § 13.1; docs/EXTENSIONS.md): "is" = one of these versions is stored;
 * "is_not" = none of them is; "modified", used by batches = the attributes last changed at this time, ms since 1970.
 * "any" matches every version of a user that has attributes.
 */
export type Precondition =
  | { readonly kind: "is"; readonly tags: readonly string[] | "any" }
  | { readonly kind: "is_not"; readonly tags: readonly string[] | "any" }
  | { readonly kind: "modified"; readonly at: number };

/**
 * The public name of a version (an ETag without its quotes), unique for every state of a user's attributes. It contains
 * the user's UUID, because a user that is deleted and created again counts from 0 again.
 */
export function versionTag({ userId, version }: StoredVersion): string {
  return `${userId}.${version}`;
}

export function holds(precondition: Precondition, stored: StoredVersion | undefined): boolean {
  switch (precondition.kind) {
    case "is":
      return isOneOf(precondition.tags, stored);
    case "is_not":
      return !isOneOf(precondition.tags, stored);
    case "modified":
      return stored?.modified === precondition.at;
  }
}

function isOneOf(tags: readonly string[] | "any", stored: StoredVersion | undefined): boolean {
  if (stored === undefined) return false;
  return tags === "any" ? stored.bytes > 0 : tags.includes(versionTag(stored));
}

export function allHold(preconditions: readonly Precondition[], stored: StoredVersion | undefined): boolean {
  return preconditions.every((precondition) => holds(precondition, stored));
}

/** The refusal with the stored values of the keys in `wanted`: callers that may write a user may read them, too. */
export async function preconditionFailed(
  stored: StoredAttributes | undefined,
  wanted: AttributePatch,
  pace: Pace,
): Promise<Refusal> {
  const json = stored === undefined ? "{}" : await differingJson(stored.json, wanted, pace);
  return new Refusal({ code: "precondition_failed", stored, differingJson: json });
}
