import type { Accounts } from "./core/accounts/accounts.ts";
import { openRegistry, type RegistryNeeds, type ServerDefaults } from "./core/apps/registry.ts";
import type { App } from "./core/model.ts";
import type { StoreHealth } from "./core/ports/store-health.ts";
import type { UserStore } from "./core/ports/user-store.ts";
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
import { isJsonWebToken } from "./identity/jwt/json-web-token.ts";
import { isAgoraToken } from "./identity/vendors/agora-token.ts";
import { isDynamicToken } from "./identity/vendors/dynamic-token.ts";
import { createVerifiers } from "./identity/verifiers.ts";
import { createProcessParts } from "./process-parts.ts";
import { systemClock as clock } from "./system/clock.ts";
import { systemDigest as digest } from "./system/digest.ts";
import { systemRandom as random } from "./system/random.ts";
import { systemTimers as timers } from "./system/timers.ts";

export type TokenKind = "own" | ExternalTokenKind | "operator" | "unknown";

/** A server's verdict on a token, and the reason. It reveals only the user and the expiry of the token. */
export interface CheckedToken {
  readonly valid: boolean;
  readonly kind: TokenKind;
  readonly who: { readonly user: string } | "admin" | null;
  /** ms since 1970; null = permanent, or not valid. */
  readonly expires: number | null;
  /** The check that failed; null = none, or unknown. */
  readonly failed: TokenFault["failed"] | null;
  readonly detail: string | null;
}

/**
 * Checks a token with the same parts that serve, without changing the store: a user that does not exist is not created.
 */
export async function checkToken(
  store: RegistryNeeds["store"] & UserStore & StoreHealth,
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
      void troubles.add(`cannot fetch the keys of ${issuer} (${reasonOf(error)})`),
    keyUnusable: ({ issuer, reason }: { readonly issuer: string; readonly reason: string }) =>
      void troubles.add(`a key of ${issuer} cannot be used (${reason})`),
  };
  const invalidated = { invalidateUser: () => {}, invalidateAll: () => {}, invalidateExternal: () => {} };
  const registry = await openRegistry({ store, defaults, events, clock, timers, tokens: invalidated });
  const tokens = createTokens({ registry, store, clock, digest });
  const { outside } = createProcessParts({ store, events });
  const { of: verifiers } = createVerifiers({ outside, clock, timers, events });
  const accounts = { ensure: dryRun(store) };
  const external = createExternalAuthenticator({ verifiers, store, accounts, clock, digest, events });
  const authenticator = createAuthenticator(tokens, external, digest, operatorKey);

  const resolved = registry.byId(id);
  if (resolved === undefined) throw new Refusal({ code: "app_unknown" });
  const taken = verifiers(resolved);
  const kind = text === operatorKey ? "operator" : kindOf(text, taken);
  try {
    return accepted(kind, await authenticator.authenticate(resolved, text, () => ({ address: "" })));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { failed, detail } = isTaken(kind, taken) ? reasonForRefusal(error, text) : NOT_TAKEN;
    if (failed === null && kind === "hosted") troubles.add("the hosted service gives no clear answer");
    // Troubles with keys do not explain a token whose signature was verified and whose claims failed.
    const isAboutKeys = failed === null || failed === "kid" || failed === "signature";
    return rejected(kind, failed, (isAboutKeys ? [detail, ...troubles] : [detail]).join("; "));
  }
}

const NOT_TAKEN = {
  failed: "app",
  detail: "the app does not accept tokens of this kind: see `usermeta help app set`",
} as const;

/** A dry run of `Accounts.ensure`: makes the same checks and stores nothing. */
function dryRun(store: Pick<UserStore, "userById">): Accounts["ensure"] {
  return async ({ id: appId, number }, name) => {
    if ((await store.userById(number, name)) !== undefined) throw new Refusal({ code: "user_taken", name, appId });
    return insertedUser({ id: random.uuid(), name, passwordHash: null, nickname: null, created: clock.now() });
  };
}

/** @param taken the verifiers of the kinds that the app accepts */
function kindOf(text: string, taken: readonly TokenVerifier[]): TokenKind {
  if (decodeToken(text) !== undefined) return "own";
  const verifier = taken.find((each) => each.takes(text));
  if (verifier !== undefined) return verifier.kind;
  // The hosted service's tokens have the same prefix. If the app does not accept those, it is a damaged token of ours.
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

function accepted(kind: TokenKind, { caller, expires, isUserNew }: Authentication): CheckedToken {
  return {
    valid: true,
    kind,
    who: caller.kind === "user" ? { user: caller.name } : "admin",
    expires: Number.isNaN(new Date(expires).getTime()) ? null : expires,
    failed: null,
    detail: isUserNew ? "its user does not exist yet and is created on first use" : null,
  };
}

function rejected(kind: TokenKind, failed: CheckedToken["failed"], detail: string): CheckedToken {
  return { valid: false, kind, who: null, expires: null, failed, detail };
}

function reasonForRefusal(
  { refused }: Refusal,
  text: string,
): Pick<CheckedToken, "failed"> & { readonly detail: string } {
  if (text.length > EXTERNAL_TOKEN_CHARACTERS_MAX) {
    return { failed: "format", detail: "it is longer than the limit for a request's headers" };
  }
  if ("fault" in refused && refused.fault !== undefined) return refused.fault;
  if (refused.code === "user_taken")
    return { failed: "claim", detail: "the name of its user is the id of another user" };
  if (refused.code === "busy")
    return { failed: null, detail: "it cannot be verified at present: a server answers 503" };
  return { failed: null, detail: refused.code };
}

/** The system's code, or else the message, which may quote a provider's response. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  return "code" in error ? String(error.code) : error.message;
}
