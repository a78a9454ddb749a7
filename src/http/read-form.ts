import type { Changes } from "../core/attributes.ts";
import { illegal } from "../core/refusals.ts";
import type { Call } from "./call.ts";
import { mergePatch } from "./json-maps.ts";
import { unsupported } from "./media-types.ts";
import { parseForm } from "./parse-form.ts";
import { parseJson } from "./read-json.ts";
import { BODY_BYTES_MAX } from "./request-body.ts";

/**
 * A set's body. Read tolerantly, because a real SDK sends it without any encoding (clients.md 6): raw UTF-8, raw
 * spaces and a stray `%` stand for themselves. The last of two equal keys wins.
 */
export async function readForm({ request, body }: Call): Promise<Changes> {
  const contentType = request.headers.get("content-type") ?? "";
  if (contentType !== FORM && NOT_FORM.test(contentType)) throw unsupported("Content-Type", contentType);
  const text = await body.text(BODY_BYTES_MAX);
  // Under a form type it is the commonest mistake, and as a form it would be one key without a value: nothing stored.
  if (isJsonObject(text)) throw unsupported("Content-Type", "application/json");
  const changes = parseForm(text);
  if (changes.has("")) throw illegal("an attribute has no key");
  if (changes.size === 0) throw illegal("the request body holds no attributes");
  return changes;
}

/** The same, or a merge patch (docs/VERSIONS.md), where none of the attributes need be named. */
export async function readPatch(call: Call): Promise<Changes> {
  const contentType = call.request.headers.get("content-type") ?? "";
  if (MERGE_PATCH.test(contentType)) {
    return mergePatch(parseJson(await call.body.text(BODY_BYTES_MAX)), "the request body");
  }
  return await readForm(call);
}

const MERGE_PATCH = /^\s*application\/merge-patch\+json\s*(;|$)/i;
const FORM = "application/x-www-form-urlencoded";
const NOT_FORM = /^\s*(application\/([a-z0-9.+-]*\+)?(json|xml)|multipart\/)/i;

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
