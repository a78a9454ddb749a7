import type { z } from "zod";
import type { Changes } from "../core/attributes.ts";
import { illegal } from "../core/refusals.ts";
import { mergePatch } from "./json-maps.ts";
import { parseForm } from "./parse-form.ts";
import { WireRefusal } from "./wire-refusals.ts";

/** The largest body that is read. The biggest user that may be configured fits, each byte as `%XX`. */
export const BODY_BYTES_MAX = 1_048_576;

/** So much of a body that is refused is still read, and thrown away. */
const DISCARDED_BYTES_MAX = 16 * BODY_BYTES_MAX;

const USUAL = "Bearer ";
const BEARER = /^bearer +(\S+) *$/i;

/** The text of `Authorization: Bearer …`; undefined when there is none. */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  if (header === null) return undefined;
  // As every client writes it; the pattern is for those that do not.
  if (header.startsWith(USUAL) && !header.includes(" ", USUAL.length) && header.length > USUAL.length) {
    return header.slice(USUAL.length);
  }
  return BEARER.exec(header)?.[1] ?? header;
}

/** The address asked for. Bun puts it together from whatever `Host` says, which may make no URL. */
export function urlOf(request: Request): URL {
  return URL.parse(request.url) ?? new URL(`http://localhost${request.url.replace(/^\w+:\/\/[^/]*/, "")}`);
}

/**
 * A set's body. Read tolerantly, because a real SDK sends it without any encoding (clients.md 6): raw UTF-8, raw
 * spaces and a stray `%` stand for themselves. The last of two equal keys wins.
 */
export async function readForm(request: Request): Promise<Changes> {
  const contentType = request.headers.get("content-type") ?? "";
  if (contentType !== FORM && NOT_FORM.test(contentType)) throw unsupported("Content-Type", contentType);
  const text = await readText(request);
  // Under a form type it is the commonest mistake, and as a form it would be one key without a value: nothing stored.
  if (isJsonObject(text)) throw unsupported("Content-Type", "application/json");
  const changes = parseForm(text);
  if (changes.has("")) throw illegal("an attribute has no key");
  if (changes.size === 0) throw illegal("the request body holds no attributes");
  return changes;
}

/** The same, or a merge patch (docs/VERSIONS.md), where none of the attributes need be named. */
export async function readPatch(request: Request): Promise<Changes> {
  const contentType = request.headers.get("content-type") ?? "";
  if (MERGE_PATCH.test(contentType)) return mergePatch(parseJson(await readText(request)), "the request body");
  return await readForm(request);
}

const MERGE_PATCH = /^\s*application\/merge-patch\+json\s*(;|$)/i;
const FORM = "application/x-www-form-urlencoded";
const NOT_FORM = /^\s*(application\/([a-z0-9.+-]*\+)?(json|xml)|multipart\/)/i;

/** A JSON body, whatever the content type says (clients.md 4), as the schema wants it. */
export async function readJson<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.infer<Schema>> {
  return check(parseJson(await readText(request)), schema);
}

export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw illegal(`${first?.path.join(".") || "the request body"}: ${first?.message}`);
}

export function parseJson(text: string): unknown {
  try {
    // Some clients begin with a byte order mark, which JSON.parse refuses.
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch {
    throw new WireRefusal({ code: "json_malformed" });
  }
}

/** False also where there is none. */
export function isBodyUnread(request: Request): boolean {
  return !request.bodyUsed && request.body !== null;
}

/**
 * Reads what nobody has read, up to a bound. Bun takes a connection for busy until then: a graceful stop would wait
 * for it until its deadline.
 */
export async function discardBody(request: Request): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      if (bytes > DISCARDED_BYTES_MAX) return;
    }
  } catch {
    // The caller hung up: there is nothing more to read.
  }
}

export async function readText(request: Request): Promise<string> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw unsupported("Content-Encoding", encoding);
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > BODY_BYTES_MAX) throw new WireRefusal({ code: "body_too_large" });
  const bytes = length === null ? await readStream(request) : await request.bytes();
  return decoder.decode(bytes);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A chunked body says its length only by ending. */
async function readStream(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    else if (bytes > DISCARDED_BYTES_MAX) break;
  }
  if (bytes > BODY_BYTES_MAX) throw new WireRefusal({ code: "body_too_large" });
  return Buffer.concat(chunks);
}

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unsupported(header: "Content-Type" | "Content-Encoding", value: string): WireRefusal {
  return new WireRefusal({ code: "media_type_unsupported", header, value: value.slice(0, 200) });
}
