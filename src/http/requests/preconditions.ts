import { type Precondition, versionTag } from "../../core/metadata/preconditions.ts";
import type { StoredVersion } from "../../core/ports/attribute-store.ts";
import { illegal } from "../../core/refusals.ts";

/** The entity tag of a version (RFC 9110 § 8.8.3): strong, since equal tags are equal attributes. */
export function etagOf(version: StoredVersion): string {
  return `"${versionTag(version)}"`;
}

const NONE: readonly Precondition[] = [];

/** What the headers make a read depend on. Dates are left alone: a second is too coarse to tell two versions apart. */
export function preconditionsOfRead({ headers }: Request): readonly Precondition[] {
  const matches = headers.get("if-match");
  const matchesNot = headers.get("if-none-match");
  if (matches === null && matchesNot === null) return NONE;
  return [
    ...(matches === null ? NONE : [{ kind: "is", tags: tagsIn("If-Match", matches) } as const]),
    ...(matchesNot === null ? NONE : [{ kind: "is_not", tags: tagsIn("If-None-Match", matchesNot) } as const]),
  ];
}

/** What they make a write depend on. A date is refused: to pass it over could lose what somebody has just written. */
export function preconditionsOfWrite(request: Request): readonly Precondition[] {
  if (request.headers.has("if-unmodified-since")) {
    throw illegal("If-Unmodified-Since is too coarse to tell two versions apart: send If-Match with an ETag");
  }
  return preconditionsOfRead(request);
}

const TAG = /^(?:W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"$/;

/**
 * A weak tag counts as its strong one: a proxy that packs answers makes ours weak, and what it names is the same
 * version all the same.
 */
function tagsIn(header: string, value: string): readonly string[] | "any" {
  if (value.trim() === "*") return "any";
  // A tag may hold a comma, but none of ours does: one that does is nobody's.
  return value.split(",").map((part) => {
    const [, tag] = TAG.exec(part.trim()) ?? [];
    if (tag === undefined) throw illegal(`${header} is neither * nor a list of entity tags in quotes`);
    return tag;
  });
}
