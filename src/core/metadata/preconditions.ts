import type { Pace } from "../async/pace.ts";
import type { StoredAttributes, StoredVersion } from "../ports.ts";
import { Refusal } from "../refusals.ts";
import type { AttributePatch } from "./attributes.ts";
import { differingJson } from "./differing-json.ts";

/**
 * What a caller makes his call depend on (RFC 9110 § 13.1; docs/EXTENSIONS.md): that one of these versions is stored,
 * that none of them is, or, as batches say it, when the attributes were last changed. "any" = whatever is stored, and
 * a user without attributes has nothing stored.
 */
export type Precondition =
  | { readonly kind: "is"; readonly tags: readonly string[] | "any" }
  | { readonly kind: "is_not"; readonly tags: readonly string[] | "any" }
  | { readonly kind: "modified"; readonly at: number };

/**
 * The outside name of a version, one for every state that a user's attributes have ever been in: with the user's UUID,
 * because a user who is deleted and made again counts from 0 again.
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

/** Tells what is stored instead, as far as the caller has named it; callers that may write a user may read them. */
export async function preconditionFailed(
  stored: StoredAttributes | undefined,
  wanted: AttributePatch,
  pace: Pace,
): Promise<Refusal> {
  const json = stored === undefined ? "{}" : await differingJson(stored.json, wanted, pace);
  return new Refusal({ code: "precondition_failed", stored, differingJson: json });
}
