import type { Accounts } from "./core/accounts/accounts.ts";
import { openRegistry, type ServerDefaults } from "./core/apps/registry.ts";
import type { App } from "./core/model.ts";
import type { Store } from "./core/ports.ts";
import { Refusal, type TokenFault } from "./core/refusals.ts";
import type { Authentication } from "./core/tokens/authentication.ts";
import { createAuthenticator } from "./core/tokens/authenticator.ts";
import { createExternalAuthenticator } from "./core/tokens/external-authenticator.ts";
import {
  EXTERNAL_TOKEN_CHARACTERS_MAX,
  type ExternalTokenKind,
  type TokenVerifier,
} from "./core/tokens/external-token.ts";
import { decodeToken, TOKEN_PREFIX } from "./core/tokens/token-codec.ts";
import { createTokens } from "./core/tokens/tokens.ts";
import { insertedUser } from "./core/updated-entities.ts";
import { isAgoraToken } from "./identity/agora-token.ts";
import { isDynamicToken } from "./identity/dynamic-token.ts";
import { isJsonWebToken } from "./identity/json-web-token.ts";
import { createVerifiers } from "./identity/verifiers.ts";
import { createProcessParts } from "./process-parts.ts";
import { systemClock as clock } from "./system/clock.ts";
import { systemDigest as digest } from "./system/digest.ts";
import { systemRandom as random } from "./system/random.ts";
import { systemTimers as timers } from "./system/timers.ts";

export type TokenKind = "own" | ExternalTokenKind | "operator" | "unknown";

/** What a server says of a token, and why. It holds nothing of the token but who it names and until when. */
export interface CheckedToken {
  readonly valid: boolean;
  readonly kind: TokenKind;
  readonly who: { readonly user: string } | "admin" | null;
  /** ms since 1970; null = never, or it is not good. */
  readonly expires: number | null;
  /** null = none, or it cannot be told. */
  readonly failed: TokenFault["failed"] | null;
  readonly detail: string | null;
}

/**
 * Another assembly, of the very parts that serve, on a store of which nothing is changed: whoever is not here yet is not
 * made.
 */
export async function checkToken(
  store: Store,
  { defaults, operatorKey }: { readonly defaults: ServerDefaults; readonly operatorKey: string | undefined },
  { id }: App,
  text: string,
): Promise<CheckedToken> {
  const troubles = new Set<string>();
  const events = {
    refreshFailed: () => {},
    tokenRefused: () => {},
    secretReadable: () => {},
    keysAvailable: () => {},
    secretUnreadable: ({ path, error }: { readonly path: string; readonly error: unknown }) =>
      void troubles.add(`${path} cannot be read (${reasonOf(error)})`),
    keysUnavailable: ({ issuer, error }: { readonly issuer: string; readonly error: unknown }) =>
      void troubles.add(`the keys of ${issuer} cannot be had (${reasonOf(error)})`),
    keyUnusable: ({ issuer, reason }: { readonly issuer: string; readonly reason: string }) =>
      void troubles.add(`a key of ${issuer} cannot be used (${reason})`),
  };
  const invalidated = { invalidateUser: () => {}, invalidateAll: () => {}, invalidateExternal: () => {} };
  const registry = await openRegistry({ store, defaults, events, clock, timers, tokens: invalidated });
  const tokens = createTokens({ registry, store, clock, digest });
  const { outside } = createProcessParts({ store, events });
  const { of: verifiers } = createVerifiers({ outside, clock, timers, events });
  const accounts = { ensure: wouldBe(store) };
  const external = createExternalAuthenticator({ verifiers, store, accounts, clock, digest, events });
  const authenticator = createAuthenticator(tokens, external, digest, operatorKey);

  const resolved = registry.byId(id);
  if (resolved === undefined) throw new Refusal({ code: "app_unknown" });
  const taken = verifiers(resolved);
  const kind = text === operatorKey ? "operator" : kindOf(text, taken);
  try {
    return good(kind, await authenticator.authenticate(resolved, text, () => ({ address: "" })));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { failed, detail } = isTaken(kind, taken) ? whyNot(error, text) : NOT_TAKEN;
    if (failed === null && kind === "hosted") troubles.add("the hosted service says neither yes nor no");
    // A bad key is no reason for a token that was verified, and failed by what it says.
    const isAboutKeys = failed === null || failed === "kid" || failed === "signature";
    return bad(kind, failed, (isAboutKeys ? [detail, ...troubles] : [detail]).join("; "));
  }
}

const NOT_TAKEN = {
  failed: "app",
  detail: "the app takes no tokens of this kind: see `usermeta help app set`",
} as const;

/** Of the same checks as the rules' own, and stores nothing. */
function wouldBe(store: Pick<Store, "userById">): Accounts["ensure"] {
  return async ({ id: appId, number }, name) => {
    if ((await store.userById(number, name)) !== undefined) throw new Refusal({ code: "user_taken", name, appId });
    return insertedUser({ id: random.uuid(), name, passwordHash: null, nickname: null, created: clock.now() });
  };
}

/** @param taken what verifies the kinds that the app takes */
function kindOf(text: string, taken: readonly TokenVerifier[]): TokenKind {
  if (decodeToken(text) !== undefined) return "own";
  const verifier = taken.find((each) => each.takes(text));
  if (verifier !== undefined) return verifier.kind;
  // The hosted service's begin so too; where they are not taken it is one of ours that was spoilt.
  if (text.startsWith(TOKEN_PREFIX)) return "own";
  if (isAgoraToken(text)) return "agora";
  if (isDynamicToken(text)) return "dynamic";
  return isJsonWebToken(text) ? "jwt" : "unknown";
}

function isTaken(kind: TokenKind, taken: readonly TokenVerifier[]): boolean {
  return (
    kind === "own" || kind === "operator" || kind === "unknown" || taken.some((verifier) => verifier.kind === kind)
  );
}

function good(kind: TokenKind, { caller, expires, isUserNew }: Authentication): CheckedToken {
  return {
    valid: true,
    kind,
    who: caller.kind === "user" ? { user: caller.name } : "admin",
    expires: Number.isNaN(new Date(expires).getTime()) ? null : expires,
    failed: null,
    detail: isUserNew ? "its user is not here yet, and is made when it is first used" : null,
  };
}

function bad(kind: TokenKind, failed: CheckedToken["failed"], detail: string): CheckedToken {
  return { valid: false, kind, who: null, expires: null, failed, detail };
}

function whyNot({ refused }: Refusal, text: string): Pick<CheckedToken, "failed"> & { readonly detail: string } {
  if (text.length > EXTERNAL_TOKEN_CHARACTERS_MAX) {
    return { failed: "format", detail: "it is longer than a request's headers may be" };
  }
  if ("fault" in refused && refused.fault !== undefined) return refused.fault;
  if (refused.code === "user_taken") return { failed: "claim", detail: "the name of its user is the id of another" };
  if (refused.code === "busy") return { failed: null, detail: "it cannot be told at present: a server answers 503" };
  return { failed: null, detail: refused.code };
}

/** Of ours, or the system's code; an error of a provider's answer may repeat what is in it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  return "code" in error ? String(error.code) : error.message;
}
