import { illegal } from "../../core/refusals.ts";
import { decodePart } from "../bodies/part-decoder.ts";

export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

const BASIC = /^basic(?: |$)/i;
const ENCODED = /^basic +([\w+/-]+)={0,2} *$/i;

/**
 * The id and secret of an OAuth 2 client, each percent-encoded as in a form (RFC 6749 § 2.3.1). Undefined without the
 * Basic scheme; malformed Basic credentials are refused.
 */
export function basicCredentialsOf(request: Request): BasicCredentials | undefined {
  const header = request.headers.get("authorization");
  if (header === null || !BASIC.test(header)) return undefined;
  const text = Buffer.from(ENCODED.exec(header)?.[1] ?? "", "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) throw illegal("Authorization: Basic holds no id and secret");
  const decode = (part: string): string => decodePart(part, { isWellFormed: true });
  return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
}
