import type { Caller } from "./model.ts";
import type { Digest } from "./ports.ts";
import { Refusal } from "./refusals.ts";
import type { ServedApp } from "./registry.ts";
import type { Tokens } from "./tokens.ts";

/** A bearer: since and until when, in ms since 1970; Infinity = for good. */
export interface Identity {
  readonly caller: Caller;
  readonly issued: number;
  readonly expires: number;
}

/** Who comes without a bearer. */
export const NOBODY: Identity = { caller: { kind: "nobody" }, issued: 0, expires: 0 };

/** Who stands behind a bearer text, for one app. */
export interface Callers {
  /** A token of another app is nobody here: it is refused with a `token_…` code like any other bad one. */
  identify(served: ServedApp, bearer: string | undefined): Identity | Promise<Identity>;
  /** Whether `identify` would answer without any cost. */
  isKnown(bearer: string): boolean;
}

const OPERATOR: Identity = { caller: { kind: "admin" }, issued: 0, expires: Number.POSITIVE_INFINITY };

/** @param operatorKey when given, a bearer of this text is an admin of every app */
export function createCallers(tokens: Tokens, digest: Digest, operatorKey: string | undefined): Callers {
  const operatorHash = operatorKey === undefined ? undefined : digest.sha256(operatorKey);

  function isOperator(bearer: string): boolean {
    return operatorHash !== undefined && digest.equal(digest.sha256(bearer), operatorHash);
  }

  function ofApp<Token extends Identity & { readonly appId: string }>(served: ServedApp, token: Token): Token {
    if (token.appId !== served.app.id) throw new Refusal({ code: "token_of_other_app" });
    return token;
  }

  return {
    identify(served, bearer) {
      if (bearer === undefined || bearer === "") throw new Refusal({ code: "token_missing" });
      if (!tokens.isKnown(bearer) && isOperator(bearer)) return OPERATOR;
      const token = tokens.verify(bearer);
      return token instanceof Promise ? token.then((found) => ofApp(served, found)) : ofApp(served, token);
    },
    isKnown: (bearer) => tokens.isKnown(bearer) || isOperator(bearer),
  };
}
