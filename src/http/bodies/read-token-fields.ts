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

/** What a call for a token says, unchecked. */
export interface TokenFields {
  readonly fields: Readonly<Record<string, unknown>>;
  /** It came as OAuth 2 has it: as a form, or with Basic credentials. Then a secret is to be right in whatever grant it comes. */
  readonly isOAuth: boolean;
}

/**
 * JSON, or a form as OAuth 2 libraries send it (RFC 6749 § 4.3.2, § 4.4.2). The body decides: one SDK sends JSON under the type of a form,
 * others without any. Basic credentials take the place of `client_id` and `client_secret`.
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

/** As a form, and as what may be JSON. */
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

/** What is sent without a value counts as not sent (RFC 6749 § 3.2). */
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

/** In two places and different: it is not for the server to choose. */
function requireSame(name: string, basic: unknown, sent: unknown): void {
  if (basic === undefined || sent === undefined || sent === null || sent === basic) return;
  throw illegal(`${name}: the request body and Authorization: Basic differ`);
}

function withoutAbsent(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
