import { USER_BYTES_CEILING } from "../../../core/limits.ts";
import type { AttributePatch } from "../../../core/metadata/attributes.ts";
import { JsonReader } from "../../../core/metadata/json-reader.ts";
import type { BodyCall } from "../../call.ts";
import { charsetOf, streamDecoder } from "../charset.ts";
import { readForm } from "../forms/read-form.ts";
import { contentTypeOf } from "../media-types.ts";
import { newPace } from "../new-pace.ts";
import { readUserText, tooMuch } from "../read-user-text.ts";
import { JsonBytes } from "./json-bytes.ts";
import { mayHoldNumbers, mergePatch } from "./json-maps.ts";
import { readMergePatch } from "./long-json-maps.ts";
import { PARSED_CHARACTERS_MAX, parseJson } from "./read-json.ts";

/** Reads a set's body as a form or as a JSON merge patch (docs/EXTENSIONS.md). It may name no attribute. */
export async function readPatch(call: BodyCall): Promise<AttributePatch> {
  const contentType = contentTypeOf(call.request);
  if (!MERGE_PATCH.test(contentType)) return await readForm(call);
  const charset = charsetOf(contentType);
  const text = await readUserText(call, charset, {
    decoder: () => streamDecoder(charset),
    counter: () => new JsonBytes(),
  });
  if (text.length <= PARSED_CHARACTERS_MAX && !mayHoldNumbers(text)) return mergePatch(parseJson(text), WHERE);
  const reader = new JsonReader(text);
  const { changes, bytes } = await readMergePatch(reader, WHERE, newPace());
  if (bytes > USER_BYTES_CEILING) throw tooMuch(call.resolved, bytes);
  reader.end();
  return changes;
}

const MERGE_PATCH = /^\s*application\/merge-patch\+json\s*(;|$)/i;
const WHERE = "the request body";
