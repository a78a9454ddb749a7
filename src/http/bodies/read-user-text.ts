import type { ResolvedApp } from "../../core/apps/registry.ts";
import { USER_BYTES_CEILING } from "../../core/limits.ts";
import { Refusal } from "../../core/refusals.ts";
import type { BodyCall } from "../call.ts";
import { type BodyDecoder, UTF_8 } from "./charset.ts";
import { type DecodedBytes, REPLACEMENT_BYTES } from "./decoded-bytes.ts";
import { readInPieces } from "./read-text.ts";
import { BODY_BYTES_MAX } from "./request-body.ts";

/** A body so short cannot hold too much: a byte that is no UTF-8 becomes the most that any byte may, a U+FFFD. */
const UNCOUNTED_BYTES_MAX = Math.floor(USER_BYTES_CEILING / REPLACEMENT_BYTES);
/** Nor one that is so short and holds none of these. */
const REPLACEMENT = "\uFFFD";

export interface UserTextParts {
  /** For a body that is not in UTF-8, or is read in pieces. */
  readonly decoder: () => BodyDecoder;
  /** Of what `decoder` makes. */
  readonly counter: () => DecodedBytes;
}

/**
 * The body of one user's set. What holds more than any user may ever have is refused while it comes in: no merge could
 * make it fit, and the rest need not be waited for.
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

/** What a user's attributes would come to; what is used already is not known where this is found. */
export function tooMuch({ limits }: ResolvedApp, attempted: number): Refusal {
  return new Refusal({ code: "user_bytes_exceeded", bytesMax: limits.userBytesMax, attempted });
}
