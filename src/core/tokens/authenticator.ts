import type { Asker } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { OPERATOR } from "../authority.ts";
import type { Digest } from "../ports/system/digest.ts";
import { badToken, Refusal, type RefusalCode } from "../refusals.ts";
import type { Authentication } from "./authentication.ts";
import type { ExternalAuthenticator, IdentifyOptions } from "./external-authenticator.ts";
import { TOKEN_PREFIX } from "./token-codec.ts";
import type { Tokens, VerifiedToken } from "./tokens.ts";

/**
 * Authenticates bearer tokens for one app: the server's own tokens, external tokens, and the operator key. A token of
 * another app is refused with a `token_…` code like any other invalid one.
 */
export interface Authenticator {
  /** Looks in the caches only, synchronously; undefined for a bearer that is not cached. Refuses as `authenticate` does. */
  lookup(resolved: ResolvedApp, bearer: string | undefined): Authentication | undefined;
  /** Whether the bearer is cached, valid for the app or not. */
  isCached(bearer: string): boolean;
  /** As `lookup`, and verifies a bearer that is not cached. @param asker charged for the verification */
  authenticate(
    resolved: ResolvedApp,
    bearer: string | undefined,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<Authentication>;
  /** The former operator key stops working immediately. */
  replaceOperatorKey(key: string): void;
}

const OPERATOR_KEY: Authentication = { ...OPERATOR, issued: 0, expires: Number.POSITIVE_INFINITY };

/** @param operatorKey if given, the bearer that is an admin of every app */
export function createAuthenticator(
  tokens: Pick<Tokens, "lookup" | "isCached" | "verify">,
  external: Pick<ExternalAuthenticator, "lookup" | "isCached" | "takes" | "authenticate">,
  digest: Pick<Digest, "sha256" | "equal">,
  operatorKey: string | undefined,
): Authenticator {
  let operatorHash = operatorKey === undefined ? undefined : digest.sha256(operatorKey);
  /**
   * The operator key after its first use: from then on it costs one look-up. The look-up hashes the whole text, so its
   * duration tells an attacker nothing about how much of a guess is right.
   */
  const shown = new Set<string>();

  function isOperator(bearer: string): boolean {
    if (operatorHash === undefined || !digest.equal(digest.sha256(bearer), operatorHash)) return false;
    shown.add(bearer);
    return true;
  }

  function lookup(resolved: ResolvedApp, bearer: string | undefined): Authentication | undefined {
    if (bearer === undefined) return undefined;
    // External tokens are not looked up among ours: that would double the cost.
    const token = bearer.startsWith(TOKEN_PREFIX) ? tokens.lookup(bearer) : undefined;
    if (token !== undefined) return ofApp(resolved, token);
    // The operator key first: external tokens are cached by a digest, which costs more than this look-up.
    return shown.has(bearer) ? OPERATOR_KEY : external.lookup(resolved, bearer);
  }

  /** Verifies a token of this server, or else an external one that the app accepts. */
  async function verify(
    resolved: ResolvedApp,
    bearer: string,
    asker: () => Asker,
    options: IdentifyOptions | undefined,
  ): Promise<Authentication> {
    try {
      return ofApp(resolved, await tokens.verify(bearer));
    } catch (error) {
      const isOurs = !(error instanceof Refusal && NOT_OURS.includes(error.refused.code));
      if (isOurs || !external.takes(resolved, bearer)) throw error;
      return await external.authenticate(resolved, bearer, asker, options);
    }
  }

  return {
    lookup,
    isCached: (bearer) => tokens.isCached(bearer) || external.isCached(bearer) || shown.has(bearer),
    async authenticate(resolved, bearer, asker, options) {
      if (bearer === undefined || bearer === "") throw new Refusal({ code: "token_missing" });
      const known = lookup(resolved, bearer);
      if (known !== undefined) return known;
      return isOperator(bearer) ? OPERATOR_KEY : await verify(resolved, bearer, asker, options);
    },
    replaceOperatorKey(key) {
      operatorHash = digest.sha256(key);
      shown.clear();
    },
  };
}

const NOT_OURS: readonly RefusalCode[] = ["token_malformed", "token_unknown"];

function ofApp(resolved: ResolvedApp, token: VerifiedToken): VerifiedToken {
  if (token.appId !== resolved.app.id) throw badToken("token_of_other_app", "app", "it was issued for another app");
  return token;
}
