import type { Asker } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { OPERATOR } from "../authority.ts";
import type { Digest } from "../ports.ts";
import { badToken, Refusal, type RefusalCode } from "../refusals.ts";
import type { Authentication } from "./authentication.ts";
import type { ExternalAuthenticator, IdentifyOptions } from "./external-authenticator.ts";
import { TOKEN_PREFIX } from "./token-codec.ts";
import type { Tokens, VerifiedToken } from "./tokens.ts";

/**
 * Who stands behind a bearer text, for one app. A token of another app is nobody here: it is refused with a `token_…`
 * code like any other bad one.
 */
export interface Authenticator {
  /** At once; undefined for a bearer that has not been identified before, or is none. */
  lookup(resolved: ResolvedApp, bearer: string | undefined): Authentication | undefined;
  /** Whether `lookup` knows the bearer, whatever it says of it. */
  isCached(bearer: string): boolean;
  /** Whoever it is, at some cost where `lookup` does not know. @param asker who is charged for it */
  authenticate(
    resolved: ResolvedApp,
    bearer: string | undefined,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<Authentication>;
  /** The former operator key is a text like any other from then on, also to `lookup`. */
  replaceOperatorKey(key: string): void;
}

const OPERATOR_KEY: Authentication = { ...OPERATOR, issued: 0, expires: Number.POSITIVE_INFINITY };

/** @param operatorKey when given, a bearer of this text is an admin of every app */
export function createAuthenticator(
  tokens: Pick<Tokens, "lookup" | "isCached" | "verify">,
  external: Pick<ExternalAuthenticator, "lookup" | "isCached" | "takes" | "authenticate">,
  digest: Pick<Digest, "sha256" | "equal">,
  operatorKey: string | undefined,
): Authenticator {
  let operatorHash = operatorKey === undefined ? undefined : digest.sha256(operatorKey);
  /**
   * The operator key, once it has been shown: it costs a look-up from then on. The look-up goes by a hash of the whole
   * text, so that how long it takes tells a guesser nothing of how much he has right.
   */
  const shown = new Set<string>();

  function isOperator(bearer: string): boolean {
    if (operatorHash === undefined || !digest.equal(digest.sha256(bearer), operatorHash)) return false;
    shown.add(bearer);
    return true;
  }

  function lookup(resolved: ResolvedApp, bearer: string | undefined): Authentication | undefined {
    if (bearer === undefined) return undefined;
    // Others' tokens are not looked for among ours: it would take as long again.
    const token = bearer.startsWith(TOKEN_PREFIX) ? tokens.lookup(bearer) : undefined;
    if (token !== undefined) return ofApp(resolved, token);
    // First: others' tokens are known by a digest, which costs more than this look-up.
    return shown.has(bearer) ? OPERATOR_KEY : external.lookup(resolved, bearer);
  }

  /** One of ours, or, where it is none, one that the app takes from somebody else. */
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
  if (token.appId !== resolved.app.id) throw badToken("token_of_other_app", "app", "it was given for another app");
  return token;
}
