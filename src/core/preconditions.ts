import { type Changes, parseAttributes } from "./attributes.ts";
import type { StoredAttributes, StoredVersion } from "./ports.ts";
import { Refusal } from "./refusals.ts";

/**
 * What a caller makes his call depend on (RFC 9110 § 13.1; docs/VERSIONS.md): that one of these versions is stored,
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

/** Refuses with what is stored instead, as far as the caller has named it; whoever may write a user may read him. */
export function enforce(
  preconditions: readonly Precondition[],
  stored: StoredAttributes | undefined,
  wanted: Changes,
): void {
  if (preconditions.every((precondition) => holds(precondition, stored))) return;
  const differing = stored === undefined ? new Map() : differingFrom(wanted, stored);
  throw new Refusal({ code: "precondition_failed", stored, differing });
}

/** Of the keys that the changes name, those whose present value is another, with it; null = it has none. */
function differingFrom(wanted: Changes, { json }: StoredAttributes): ReadonlyMap<string, string | null> {
  const present = parseAttributes(json);
  const differing = new Map<string, string | null>();
  for (const [key, value] of wanted) {
    if ((present.get(key) ?? "") !== value) differing.set(key, present.get(key) ?? null);
  }
  return differing;
}
