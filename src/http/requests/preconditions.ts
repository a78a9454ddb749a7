import { type Precondition, versionTag } from "../../core/metadata/preconditions.ts";
import type { StoredVersion } from "../../core/ports/attribute-store.ts";
import { illegal } from "../../core/refusals.ts";

/** The ETag of a version (RFC 9110 § 8.8.3). It is strong: equal tags mean equal attributes. */
export function etagOf(version: StoredVersion): string {
  return `"${versionTag(version)}"`;
}

const NONE: readonly Precondition[] = [];

/**
 * The preconditions of a read (If-None-Match, If-Match). Dates are ignored: a second is too coarse to tell two versions
 * apart.
 */
export function preconditionsOfRead({ headers }: Request): readonly Precondition[] {
  const matches = headers.get("if-match");
  const matchesNot = headers.get("if-none-match");
  if (matches === null && matchesNot === null) return NONE;
  return [
    ...(matches === null ? NONE : [{ kind: "is", tags: tagsIn("If-Match", matches) } as const]),
    ...(matchesNot === null ? NONE : [{ kind: "is_not", tags: tagsIn("If-None-Match", matchesNot) } as const]),
  ];
}

/**
 * The preconditions of a write. A date is refused: ignoring it could overwrite a change that the client has not seen.
 */
export function preconditionsOfWrite(request: Request): readonly Precondition[] {
  if (request.headers.has("if-unmodified-since")) {
    throw illegal("If-Unmodified-Since is too coarse to tell two versions apart: send If-Match with an ETag");
  }
  return preconditionsOfRead(request);
}

const TAG = /^(?:W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"$/;

/**
 * A weak tag counts as its strong one: a proxy that compresses answers makes tags weak, but they name the same version.
 */
function tagsIn(header: string, value: string): readonly string[] | "any" {
  if (value.trim() === "*") return "any";
  // The server's own tags contain no comma, so a tag with a comma matches none.
  return value.split(",").map((part) => {
    const [, tag] = TAG.exec(part.trim()) ?? [];
    if (tag === undefined) throw illegal(`${header} is neither * nor a list of entity tags in quotes`);
    return tag;
  });
}
