import { createHash } from "node:crypto";
import type { UserClaimMap } from "../../core/identity-settings.ts";
import { USER_NAME_BYTES_MAX } from "../../core/model.ts";

const CHARACTERS_MAX = 256;
const HASH_DIGITS = 40;
/** Characters that `escape` keeps. */
const KEPT = /^[a-z0-9-]$/;

/**
 * Maps the user claim of a token to a username: an e-mail address or `auth0|…` is not a legal one. Different texts map to
 * different names. Undefined if the text cannot be mapped. With `none` the result may still be an illegal name.
 */
export function mappedName(text: string, map: UserClaimMap): string | undefined {
  // All lone surrogates would be encoded as the same bytes.
  if (text === "" || !text.isWellFormed()) return undefined;
  switch (map) {
    case "none":
      return text.length <= CHARACTERS_MAX ? text : undefined;
    case "escape":
      return escaped(text);
    case "hash":
      return `h-${createHash("sha256").update(text, "utf8").digest("hex").slice(0, HASH_DIGITS)}`;
  }
}

function escaped(text: string): string | undefined {
  if (text.length > USER_NAME_BYTES_MAX) return undefined;
  const name = Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    return KEPT.test(character) ? character : `_${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  return name.length <= USER_NAME_BYTES_MAX ? name : undefined;
}
