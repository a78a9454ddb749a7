/**
 * User tokens of the hosted service (`YWMt…`, protocol.md § 2.3), which only that service can verify: it is asked by the
 * token itself who its user is. What the token says is not believed, it only says what to ask:
 *
 *     base64url( "ac-" | … | principal 16 B at 35 | kind 1 B at 51 | 03 | issued 8 B | lifetime 4 B | signature 32 B )
 *
 * `GET /users/{uuid}` is documented (protocol.md § 3.2); that a user may ask it about himself is our reading. Tokens of
 * apps are not taken: nothing that the service answers makes an admin here.
 */
import { fromBase64Url } from "../core/base64url.ts";
import type { HostedSettings } from "../core/identity-settings.ts";
import type { Clock } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";
import { uuidText } from "../core/token-codec.ts";
import type { TokenVerifier, TrustedToken } from "../core/trusted-token.ts";
import { fetchAnswer } from "./fetch-json.ts";

const FORM = /^YWMt[\w-]{20,1000}$/;
const TOKEN_BYTES = 97;
const PRINCIPAL_AT = 35;
const KIND_AT = 51;
const KIND_USER = 3;
const ISSUED_AT = 53;
const LIFETIME_AT = 61;
const RETRY_AFTER_MS = 1000;
/** Calls to the service at once. */
const CALLS_MAX = 32;
/** What was refused is not asked again for so long, so that a stranger cannot have us ask on and on. */
const REFUSED_MS = 10_000;
const REFUSED_MAX = 10_000;

interface Content {
  readonly userId: string;
  readonly issued: number;
  /** Infinity for a permanent one. */
  readonly expires: number;
}

export function createHostedVerifier({ url, cacheSeconds }: HostedSettings, clock: Clock): TokenVerifier {
  const underWay = new Map<string, Promise<TrustedToken>>();
  const refusedUntil = new Map<string, number>();

  async function ask(text: string, { userId, issued, expires }: Content): Promise<TrustedToken> {
    if (underWay.size >= CALLS_MAX) throw busy();
    const { status, value } = await fetchAnswer(`${url}/users/${userId}`, { authorization: `Bearer ${text}` }).catch(
      () => {
        throw busy();
      },
    );
    if (status === 401 || status === 403 || status === 404) throw refuse(text);
    if (status !== 200) throw busy();
    const user = userIn(value);
    if (user?.uuid !== userId || typeof user.username !== "string" || user.activated === false) throw refuse(text);
    const verifiedUntil = clock.now() + cacheSeconds * 1000;
    return { bearer: { kind: "user", name: user.username }, issued, expires, verifiedUntil };
  }

  function refuse(text: string): Refusal {
    if (refusedUntil.size >= REFUSED_MAX) refusedUntil.clear();
    refusedUntil.set(text, clock.now() + REFUSED_MS);
    return new Refusal({ code: "token_unknown" });
  }

  return {
    takes: (text) => FORM.test(text),
    async verify(text) {
      const content = contentOf(text);
      if (content === undefined) throw new Refusal({ code: "token_malformed" });
      if (content.expires <= clock.now()) throw new Refusal({ code: "token_expired" });
      if ((refusedUntil.get(text) ?? 0) > clock.now()) throw new Refusal({ code: "token_unknown" });
      const asking = underWay.get(text) ?? ask(text, content).finally(() => underWay.delete(text));
      underWay.set(text, asking);
      return await asking;
    },
  };
}

function busy(): Refusal {
  return new Refusal({ code: "busy", retryAfterMs: RETRY_AFTER_MS });
}

/** Undefined when the text is no user's token of this form. */
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

interface HostedUser {
  readonly uuid?: unknown;
  readonly username?: unknown;
  readonly activated?: unknown;
}

/** The one user of an answer. */
function userIn(value: unknown): HostedUser | undefined {
  if (typeof value !== "object" || value === null || !("entities" in value)) return undefined;
  const { entities } = value;
  const [user]: readonly unknown[] = Array.isArray(entities) && entities.length === 1 ? entities : [];
  return typeof user === "object" && user !== null ? user : undefined;
}
