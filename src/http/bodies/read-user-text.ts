import type { ResolvedApp } from "../../core/apps/registry.ts";
import { USER_BYTES_CEILING } from "../../core/limits.ts";
import { Refusal } from "../../core/refusals.ts";
import type { BodyCall } from "../call.ts";
import { type BodyDecoder, UTF_8 } from "./charset.ts";
import { type DecodedBytes, REPLACEMENT_BYTES } from "./decoded-bytes.ts";
import { readInPieces } from "./read-text.ts";
import { BODY_BYTES_MAX } from "./request-body.ts";

/**
 * A body this short cannot exceed the limit, even if every byte is invalid UTF-8 and becomes U+FFFD, the longest result
 * of one byte.
 */
const UNCOUNTED_BYTES_MAX = Math.floor(USER_BYTES_CEILING / REPLACEMENT_BYTES);
/** Neither can a body of this length without U+FFFD. */
const REPLACEMENT = "\uFFFD";

export interface UserTextParts {
  /** For bodies that are read in pieces or are not in UTF-8. */
  readonly decoder: () => BodyDecoder;
  /** Counts the output of `decoder`. */
  readonly counter: () => DecodedBytes;
}

/**
 * Reads the body of one user's set. A body larger than the ceiling of any user is refused while it arrives: no merge
 * could make it fit, so the rest is not awaited.
 */
export async function readUserText(
  { body, resolved }: BodyCall,
  charset: string,
  parts: UserTextParts,
): Promise<string> {
  const { announcedBytes } = body;
  const refuseTooMuch = (bytes: number): void => {
    if (bytes > USER_BYTES_CEILING) throw tooMuch(resolved, bytes);
  };
  if (charset === UTF_8 && announcedBytes !== undefined && announcedBytes <= USER_BYTES_CEILING) {
    const text = await body.text(BODY_BYTES_MAX);
    const isShort = announcedBytes <= UNCOUNTED_BYTES_MAX || !text.includes(REPLACEMENT);
    if (!isShort) refuseTooMuch(parts.counter().add(text));
    return text;
  }
  const counted = parts.counter();
  return await readInPieces(body, parts.decoder(), BODY_BYTES_MAX, (part) => refuseTooMuch(counted.add(part)));
}

/** The refusal of a body that is too large. The bytes already stored are not known at this point. */
export function tooMuch({ limits }: ResolvedApp, attempted: number): Refusal {
  return new Refusal({ code: "user_bytes_exceeded", bytesMax: limits.userBytesMax, attempted });
}
