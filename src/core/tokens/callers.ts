import type { Asker } from "../admission/asker.ts";
import type { ServedApp } from "../apps/registry.ts";
import { OPERATOR } from "../authority.ts";
import type { Digest } from "../ports.ts";
import { badToken, Refusal, type RefusalCode } from "../refusals.ts";
import type { Identity } from "./identity.ts";
import { TOKEN_PREFIX } from "./token-codec.ts";
import type { Tokens, VerifiedToken } from "./tokens.ts";
import type { IdentifyOptions, TrustedCallers } from "./trusted-callers.ts";

/**
 * Who stands behind a bearer text, for one app. A token of another app is nobody here: it is refused with a `token_…`
 * code like any other bad one.
 */
export interface Callers {
  /** At once; undefined for a bearer that has not been identified before, or is none. */
  recall(served: ServedApp, bearer: string | undefined): Identity | undefined;
  /** Whether `recall` knows the bearer, whatever it says of it. */
  isKnown(bearer: string): boolean;
  /** Whoever it is, at some cost where `recall` does not know. @param asker who is charged for it */
  identify(
    served: ServedApp,
    bearer: string | undefined,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<Identity>;
  /** The former operator key is a text like any other from then on, also to `recall`. */
  replaceOperatorKey(key: string): void;
}

const OPERATOR_KEY: Identity = { ...OPERATOR, issued: 0, expires: Number.POSITIVE_INFINITY };

/** @param operatorKey when given, a bearer of this text is an admin of every app */
export function createCallers(
  tokens: Pick<Tokens, "recall" | "isKnown" | "verify">,
  trusted: Pick<TrustedCallers, "recall" | "isKnown" | "takes" | "identify">,
  digest: Pick<Digest, "sha256" | "equal">,
  operatorKey: string | undefined,
): Callers {
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

  function recall(served: ServedApp, bearer: string | undefined): Identity | undefined {
    if (bearer === undefined) return undefined;
    // Others' tokens are not looked for among ours: it would take as long again.
    const token = bearer.startsWith(TOKEN_PREFIX) ? tokens.recall(bearer) : undefined;
    if (token !== undefined) return ofApp(served, token);
    // First: others' tokens are known by a digest, which costs more than this look-up.
    return shown.has(bearer) ? OPERATOR_KEY : trusted.recall(served, bearer);
  }

  /** One of ours, or, where it is none, one that the app takes from somebody else. */
  async function verify(
    served: ServedApp,
    bearer: string,
    asker: () => Asker,
    options: IdentifyOptions | undefined,
  ): Promise<Identity> {
    try {
      return ofApp(served, await tokens.verify(bearer));
    } catch (error) {
      const isOurs = !(error instanceof Refusal && NOT_OURS.includes(error.refused.code));
      if (isOurs || !trusted.takes(served, bearer)) throw error;
      return await trusted.identify(served, bearer, asker, options);
    }
  }

  return {
    recall,
    isKnown: (bearer) => tokens.isKnown(bearer) || trusted.isKnown(bearer) || shown.has(bearer),
    async identify(served, bearer, asker, options) {
      if (bearer === undefined || bearer === "") throw new Refusal({ code: "token_missing" });
      const known = recall(served, bearer);
      if (known !== undefined) return known;
      return isOperator(bearer) ? OPERATOR_KEY : await verify(served, bearer, asker, options);
    },
    replaceOperatorKey(key) {
      operatorHash = digest.sha256(key);
      shown.clear();
    },
  };
}

const NOT_OURS: readonly RefusalCode[] = ["token_malformed", "token_unknown"];

function ofApp(served: ServedApp, token: VerifiedToken): VerifiedToken {
  if (token.appId !== served.app.id) throw badToken("token_of_other_app", "app", "it was given for another app");
  return token;
}
