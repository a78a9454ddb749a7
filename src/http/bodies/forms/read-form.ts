/**
 * `bodies/forms/`: bodies as forms, in any charset, with limits checked while bytes arrive. It knows no JSON and no
 * rule about keys.
 */

import type { AttributePatch } from "../../../core/metadata/attributes.ts";
import { JsonReader } from "../../../core/metadata/json-reader.ts";
import { illegal } from "../../../core/refusals.ts";
import type { BodyCall } from "../../call.ts";
import { charsetOf, streamDecoder, UTF_8 } from "../charset.ts";
import { PARSED_CHARACTERS_MAX } from "../json/read-json.ts";
import { contentTypeOf, unsupported } from "../media-types.ts";
import { newPace } from "../new-pace.ts";
import { readUserText } from "../read-user-text.ts";
import { FormBytes } from "./form-bytes.ts";
import { formDecoder } from "./form-decoder.ts";
import { newForm, parseForm, parsePairs } from "./parse-form.ts";

/**
 * Reads a set's body. Lenient, because one SDK sends it without any encoding (clients.md 6): raw UTF-8, raw spaces and
 * a stray `%` stand for themselves. The last of duplicate keys wins.
 */
export async function readForm(call: BodyCall): Promise<AttributePatch> {
  const contentType = contentTypeOf(call.request);
  const other = contentType === FORM ? null : NOT_FORM.exec(contentType);
  if (other !== null) throw unsupported("Content-Type", contentType, JSON_TYPE.test(other[0]));
  const charset = charsetOf(contentType);
  const decoder = charset === UTF_8 ? undefined : formDecoder(charset);
  const text = await readUserText(call, charset, {
    decoder: () => decoder ?? streamDecoder(charset),
    counter: () => new FormBytes(),
  });
  // JSON under a form type is the most common mistake. As a form it would be one key without a value, and nothing would
  // be stored.
  if (await isJson(decoder?.plain ?? text)) throw unsupported("Content-Type", "application/json", true);
  const changes = text.length > PARSED_CHARACTERS_MAX ? await parseLongForm(text) : parseForm(text);
  if (changes.has("")) throw noKey();
  if (changes.size === 0) throw illegal("the request body holds no attributes");
  return changes;
}

const FORM = "application/x-www-form-urlencoded";
const NOT_FORM = /^\s*(application\/([a-z0-9.+-]*\+)?(json|xml)|multipart\/)/i;
const JSON_TYPE = /json$/i;

/** Pairs read between two checks of the time. */
const PAIRS = 16;

async function parseLongForm(text: string): Promise<AttributePatch> {
  const changes = new Map<string, string>();
  const form = newForm(text);
  const pace = newPace();
  while (parsePairs(form, changes, PAIRS)) {
    if (changes.has("")) throw noKey();
    if (pace.isDue()) await pace.rest();
  }
  return changes;
}

function noKey(): Error {
  return illegal("an attribute has no key");
}

/** An object, a list or a quoted text. A bare word or number is a valid key. */
const JSON_OPENING = /^[ \t\r\n]*[{["]/;

async function isJson(text: string): Promise<boolean> {
  if (!JSON_OPENING.test(text)) return false;
  try {
    if (text.length <= PARSED_CHARACTERS_MAX) JSON.parse(text);
    else await passOver(new JsonReader(text));
    return true;
  } catch {
    return false;
  }
}

async function passOver(reader: JsonReader): Promise<void> {
  await reader.pass(newPace());
  reader.end();
}
