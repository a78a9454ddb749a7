import type { BodyCall } from "../call.ts";
import { type BodyDecoder, charsetOf, streamDecoder, UTF_8 } from "./charset.ts";
import { contentTypeOf } from "./media-types.ts";
import { newPace } from "./new-pace.ts";
import type { RequestBody } from "./request-body.ts";

/**
 * All of a body that is no form, in the charset that it is declared to be in.
 * @param bytesMax what is longer is refused
 */
export async function readText({ request, body }: BodyCall, bytesMax: number): Promise<string> {
  const charset = charsetOf(contentTypeOf(request));
  return await (charset === UTF_8 ? body.text(bytesMax) : readInPieces(body, streamDecoder(charset), bytesMax));
}

/** So many bytes are decoded before the time is looked at: of some charsets that takes a millisecond. */
const DECODED_BYTES = 16_384;

/** Parts are put together so many at a time: a text made of a million parts takes many times its own memory. */
const PARTS = 256;

/** @param look sees each part of the text as it comes, and may refuse */
export async function readInPieces(
  body: RequestBody,
  decoder: BodyDecoder,
  bytesMax: number,
  look?: (part: string) => void,
): Promise<string> {
  const pace = newPace(1);
  const parts: string[] = [];
  let text = "";
  const take = (part: string): void => {
    look?.(part);
    if (parts.push(part) < PARTS) return;
    text += parts.join("");
    parts.length = 0;
  };
  for await (const chunk of body.chunks(bytesMax)) {
    for (let at = 0; at < chunk.length; at += DECODED_BYTES) {
      take(decoder.decode(chunk.subarray(at, at + DECODED_BYTES), { stream: true }));
      if (pace.isDue()) await pace.rest();
    }
  }
  take(decoder.decode());
  return text + parts.join("");
}
