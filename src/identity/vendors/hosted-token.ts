/**
 * User tokens of the hosted service (`YWMt…`, docs/PROTOCOL.md § Tokens), which only that service can verify: this
 * server requests the token's user from it, with the token itself as the credential. The token's content is not
 * trusted; it only yields the URL of the request:
 *
 *     base64url( "ac-" | … | principal 16 B at 35 | kind 1 B at 51 | 03 | issued 8 B | lifetime 4 B | signature 32 B )
 *
 * `GET /users/{uuid}` is documented (docs/PROTOCOL.md § Users); that users may request themselves is our reading, which
 * no real service has confirmed: this kind is experimental. App tokens are not accepted: no response of the service
 * grants admin rights here.
 */

import type { HostedSettings } from "../../core/identity-settings.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import { badToken } from "../../core/refusals.ts";
import { fromBase64Url } from "../../core/tokens/base64url.ts";
import type { TokenVerifier } from "../../core/tokens/external-token.ts";
import { uuidText } from "../../core/tokens/token-codec.ts";
import type { OutsideCalls } from "../outside/outside-calls.ts";

const FORM = /^YWMt[\w-]{20,1000}$/;
const TOKEN_BYTES = 97;
const PRINCIPAL_AT = 35;
const KIND_AT = 51;
const KIND_USER = 3;
const ISSUED_AT = 53;
const LIFETIME_AT = 61;

interface Content {
  readonly userId: string;
  readonly issued: number;
  /** Infinity for a permanent token. */
  readonly expires: number;
}

export function createHostedVerifier(
  { url, cacheSeconds }: HostedSettings,
  outside: Pick<OutsideCalls, "hostedUser">,
  clock: Pick<Clock, "now">,
): TokenVerifier {
  return {
    kind: "hosted",
    takes: (text) => FORM.test(text),
    async verify(text, asker) {
      const content = contentOf(text);
      if (content === undefined)
        throw badToken("token_malformed", "format", "it is no user's token of the hosted service");
      const { userId, issued, expires } = content;
      if (expires <= clock.now()) throw badToken("token_expired", "expired", "its lifetime is over");
      const user = await outside.hostedUser(asker(), { url, userId, token: text });
      if (user === undefined) {
        throw badToken("token_unknown", "signature", "the hosted service does not answer it with an active user");
      }
      const verifiedUntilMs = user.askedAtMs + cacheSeconds * 1000;
      return { bearer: { kind: "user", name: user.username }, issued, expires, verifiedUntilMs };
    },
  };
}

/** Undefined if the text is not a user token of this format. */
function contentOf(text: string): Content | undefined {
  const bytes = FORM.test(text) ? fromBase64Url(text) : undefined;
  if (bytes?.length !== TOKEN_BYTES || bytes[KIND_AT] !== KIND_USER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const issued = Number(view.getBigUint64(ISSUED_AT));
  const lifetimeSeconds = view.getUint32(LIFETIME_AT);
  return {
    userId: uuidText(bytes.subarray(PRINCIPAL_AT, KIND_AT)),
    issued,
    expires: lifetimeSeconds === 0 ? Number.POSITIVE_INFINITY : issued + lifetimeSeconds * 1000,
  };
}
