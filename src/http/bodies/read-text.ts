import type { BodyCall } from "../call.ts";
import { type BodyDecoder, charsetOf, streamDecoder, UTF_8 } from "./charset.ts";
import { contentTypeOf } from "./media-types.ts";
import { newPace } from "./new-pace.ts";
import type { RequestBody } from "./request-body.ts";

/**
 * Reads the whole body, which is not a form, in its declared charset.
 * @param bytesMax longer bodies are refused
 */
export async function readText({ request, body }: BodyCall, bytesMax: number): Promise<string> {
  const charset = charsetOf(contentTypeOf(request));
  return await (charset === UTF_8 ? body.text(bytesMax) : readInPieces(body, streamDecoder(charset), bytesMax));
}

/** Bytes decoded between two checks of the time: in some charsets this many take a millisecond. */
const DECODED_BYTES = 16_384;

/** Parts are joined in groups of this size: a text made of a million parts takes many times its own memory. */
const PARTS = 256;

/** @param look sees each part of the text as it arrives, and may refuse */
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
