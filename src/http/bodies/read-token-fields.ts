import { illegal } from "../../core/refusals.ts";
import type { BodyCall } from "../call.ts";
import { basicCredentialsOf } from "../requests/basic-credentials.ts";
import { charsetOf, UTF_8 } from "./charset.ts";
import { formDecoder } from "./forms/form-decoder.ts";
import { parseForm } from "./forms/parse-form.ts";
import { parseJson } from "./json/read-json.ts";
import { contentTypeOf } from "./media-types.ts";
import { readInPieces } from "./read-text.ts";
import { SMALL_BODY_BYTES_MAX } from "./request-body.ts";

/** The fields of a token request, unchecked. */
export interface TokenFields {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Sent as OAuth 2: a form, or Basic credentials. Then a client secret is checked in every grant that has one. */
  readonly isOAuth: boolean;
}

/**
 * Reads JSON, or a form as OAuth 2 libraries send it (RFC 6749 § 4.3.2, § 4.4.2). The body decides, not the content
 * type: one SDK sends JSON under a form's type, others without any. Basic credentials replace `client_id` and
 * `client_secret`.
 */
export async function readTokenFields(call: BodyCall): Promise<TokenFields> {
  const basic = basicCredentialsOf(call.request);
  const { text, plain } = await readBoth(call);
  const isForm = !JSON_OBJECT.test(plain);
  const sent = isForm ? formFields(text) : jsonFields(parseJson(plain));
  if (basic === undefined) return { fields: sent, isOAuth: isForm };
  const client = { client_id: basic.id, client_secret: basic.secret === "" ? undefined : basic.secret };
  for (const name of ["client_id", "client_secret"] as const) requireSame(name, client[name], sent[name]);
  return { fields: { ...sent, ...withoutAbsent(client) }, isOAuth: true };
}

const JSON_OBJECT = /^[ \t\r\n]*\{/;

/** Decodes the body as a form, and as text that may be JSON. */
async function readBoth({ request, body }: BodyCall): Promise<{ readonly text: string; readonly plain: string }> {
  const charset = charsetOf(contentTypeOf(request));
  if (charset === UTF_8) {
    const text = await body.text(SMALL_BODY_BYTES_MAX);
    return { text, plain: text };
  }
  const decoder = formDecoder(charset);
  const text = await readInPieces(body, decoder, SMALL_BODY_BYTES_MAX);
  return { text, plain: decoder.plain ?? text };
}

/** A parameter without a value counts as omitted (RFC 6749 § 3.2). */
function formFields(text: string): Readonly<Record<string, unknown>> {
  const fields = Object.fromEntries([...parseForm(text)].filter(([, value]) => value !== ""));
  const { autoCreateUser } = fields;
  return { ...fields, ...withoutAbsent({ autoCreateUser: BOOLEANS.get(autoCreateUser ?? "") ?? autoCreateUser }) };
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

function jsonFields(value: unknown): Readonly<Record<string, unknown>> {
  return { ...(value as object) }; // as: the text of an object
}

/** The server does not choose between two different values. */
function requireSame(name: string, basic: unknown, sent: unknown): void {
  if (basic === undefined || sent === undefined || sent === null || sent === basic) return;
  throw illegal(`${name}: the request body and Authorization: Basic differ`);
}

function withoutAbsent(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
