import { USER_BYTES_CEILING } from "../../core/limits.ts";
import { Refusal } from "../../core/refusals.ts";
import type { ServedApp } from "../../core/registry.ts";
import type { BodyCall } from "../call.ts";
import { type DecodedBytes, REPLACEMENT_BYTES } from "./decoded-bytes.ts";
import { newPace } from "./new-pace.ts";
import { BODY_BYTES_MAX } from "./request-body.ts";

/** A body so short cannot hold too much: a byte that is no UTF-8 becomes the most that any byte may, a U+FFFD. */
const UNCOUNTED_BYTES_MAX = Math.floor(USER_BYTES_CEILING / REPLACEMENT_BYTES);
/** Nor one that is so short and holds none of these. */
const REPLACEMENT = "\uFFFD";

/** Parts are put together so many at a time: a text made of a million parts takes many times its own memory. */
const PARTS = 256;

/**
 * The body of one user's set. What holds more than any user may ever have is refused while it comes in: no merge could
 * make it fit, and the rest need not be waited for.
 */
export async function readUserText({ body, served }: BodyCall, count: () => DecodedBytes): Promise<string> {
  const { announcedBytes } = body;
  if (announcedBytes !== undefined && announcedBytes <= USER_BYTES_CEILING) {
    const text = await body.text(BODY_BYTES_MAX);
    const isShort = announcedBytes <= UNCOUNTED_BYTES_MAX || !text.includes(REPLACEMENT);
    const bytes = isShort ? 0 : count().add(text);
    if (bytes > USER_BYTES_CEILING) throw tooMuch(served, bytes);
    return text;
  }
  const counted = count();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pace = newPace();
  const parts: string[] = [];
  let text = "";
  const take = (part: string): void => {
    const bytes = counted.add(part);
    if (bytes > USER_BYTES_CEILING) throw tooMuch(served, bytes);
    if (parts.push(part) < PARTS) return;
    text += parts.join("");
    parts.length = 0;
  };
  for await (const chunk of body.chunks(BODY_BYTES_MAX)) {
    take(decoder.decode(chunk, { stream: true }));
    if (pace.isDue()) await pace.rest();
  }
  take(decoder.decode());
  return text + parts.join("");
}

/** What a user's attributes would come to; what is used already is not known where this is found. */
export function tooMuch({ limits }: ServedApp, attempted: number): Refusal {
  return new Refusal({ code: "user_bytes_exceeded", bytesMax: limits.userBytesMax, attempted });
}
