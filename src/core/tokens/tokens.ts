import type { Registry, ResolvedApp } from "../apps/registry.ts";
import { type Authorised, authorityOf } from "../authority.ts";
import type { App, Caller, User } from "../model.ts";
import type { KeyStore } from "../ports/key-store.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Digest } from "../ports/system/digest.ts";
import type { Random } from "../ports/system/random.ts";
import type { UserStore } from "../ports/user-store.ts";
import { badToken, type Refusal } from "../refusals.ts";
import { TokenCache } from "./token-cache.ts";
import { decodeToken, encodeToken, TOKEN_CHARACTERS_MAX, type TokenClaims } from "./token-codec.ts";

/** The maximum lifetime, and the `expires_in` of a permanent token: clients store it in 32 bits. */
export const TTL_SECONDS_MAX = 2_147_483_647;

const SIGNING_KEY_BYTES = 32;

/**
 * Size of the token cache of each serving thread: about 90,000 tokens. The key is the token itself, because it is short:
 * computing a digest with every request would cost more than it saves.
 */
const VERIFIED_BYTES_MAX = 64 * 1024 * 1024;

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

export interface VerifiedToken extends Authorised {
  readonly appId: string;
  readonly caller: Exclude<Caller, { kind: "nobody" }>;
  /** ms since 1970. */
  readonly issued: number;
  /** ms since 1970; Infinity for a permanent token. */
  readonly expires: number;
}

/**
 * A token carries the times of the last revocations of its app and its user at the time of issue; a later revocation
 * makes it invalid. So a token that was issued on a password or secret that a revocation has replaced becomes invalid,
 * even if it was issued while the revocation was being written, and whatever the clock skew between servers.
 */
export interface Tokens {
  /** A token for a user, or without one for the app's admin. Pass app and user as the store has them. */
  issue(app: App, user: User | undefined, ttlSeconds: number): IssuedToken;
  /** Whether the token is in the cache of verified tokens. */
  isCached(token: string): boolean;
  /** The cached token; undefined if it is not cached. Refuses an expired or revoked one as `verify` does. */
  lookup(token: string): VerifiedToken | undefined;
  /** Verifies the signature, reads the user, and caches the result. Refuses with one of the `token_…` codes. */
  verify(token: string): Promise<VerifiedToken>;
  /** Call whenever a user's tokens, rights or existence changed. */
  invalidateUser(userId: string): void;
  /** Call when such changes may have been missed. */
  invalidateAll(): void;
}

interface TokensNeeds {
  readonly registry: Registry;
  readonly store: Pick<UserStore, "user">;
  readonly clock: Clock;
  readonly digest: Digest;
}

export function createTokens({ registry, store, clock, digest }: TokensNeeds): Tokens {
  const verified = new TokenCache<VerifiedToken>({ resource: "token_caches", bytesMax: VERIFIED_BYTES_MAX });
  let revocations = 0;

  const find = (token: string): VerifiedToken | undefined =>
    token.length > TOKEN_CHARACTERS_MAX ? undefined : verified.find(token);

  /** Checks the parts that may change while a token is cached: the time and the app. */
  function check(resolved: ResolvedApp | undefined, entry: VerifiedToken): VerifiedToken {
    if (resolved === undefined) throw appGone();
    const { tokensValidAfter, adminTokensValidAfter } = resolved.app;
    const { appEndedMax, adminEndedMax } = entry.authority;
    const isEnded = tokensValidAfter > appEndedMax || adminTokensValidAfter > adminEndedMax;
    if (isEnded) throw revoked();
    if (entry.expires <= clock.now()) throw badToken("token_expired", "expired", "its lifetime is over");
    return entry;
  }

  async function verifyUncached(token: string): Promise<VerifiedToken> {
    const decoded = decodeToken(token);
    if (decoded === undefined)
      throw badToken("token_malformed", "format", "it does not have the format of this server's tokens");
    const { claims, signed, signature } = decoded;
    const key = await registry.findKey(claims.keyId);
    if (key === undefined || !digest.equal(digest.hmacSha256(key.secret, signed), signature)) {
      throw badToken("token_unknown", "signature", "it was not signed by a key of this store");
    }
    const resolved = registry.byId(claims.appId);
    if (resolved === undefined) throw appGone();
    const entry = entryOf(claims);
    check(resolved, entry);
    const revocationsBefore = revocations;
    if (claims.principal.kind === "user") await checkUser(resolved.app, claims.principal, claims.ownEnded);
    // The user may have been read before a revocation that came in meanwhile: then the token is not cached.
    if (revocations === revocationsBefore) verified.add(token, entry, userIdOf(claims));
    return entry;
  }

  async function checkUser(app: App, { id, name }: Extract<Caller, { kind: "user" }>, ownEnded: number): Promise<void> {
    const user = await store.user(app.number, name);
    if (user?.id !== id) throw badToken("token_unknown", "revoked", "its user was deleted");
    if (user.tokensValidAfter > ownEnded) throw revoked();
  }

  return {
    issue(app, user, ttlSeconds) {
      const ttl = Math.min(ttlSeconds, TTL_SECONDS_MAX);
      const key = registry.signingKey();
      const claims: TokenClaims = {
        keyId: key.id,
        appId: app.id,
        issued: clock.now(),
        ttlSeconds: ttl,
        appEnded: app.tokensValidAfter,
        ownEnded: user === undefined ? app.adminTokensValidAfter : user.tokensValidAfter,
        principal: user === undefined ? { kind: "admin" } : { kind: "user", id: user.id, name: user.name },
      };
      const token = encodeToken(claims, (signed) => digest.hmacSha256(key.secret, signed));
      return { token, expiresInSeconds: ttl === 0 ? TTL_SECONDS_MAX : ttl };
    },
    isCached: (token) => find(token) !== undefined,
    lookup(token) {
      const entry = find(token);
      return entry === undefined ? undefined : check(registry.byId(entry.appId), entry);
    },
    verify: verifyUncached,
    invalidateUser(userId) {
      revocations += 1;
      verified.invalidateUser(userId);
    },
    invalidateAll() {
      revocations += 1;
      verified.clear();
    },
  };
}

function appGone(): Refusal {
  return badToken("token_unknown", "app", "its app was deleted");
}

function revoked(): Refusal {
  return badToken("token_expired", "revoked", "it was issued before the last revocation of such tokens");
}

function userIdOf({ principal }: TokenClaims): string | undefined {
  return principal.kind === "user" ? principal.id : undefined;
}

function entryOf({ appId, principal, issued, ttlSeconds, appEnded, ownEnded }: TokenClaims): VerifiedToken {
  const expires = ttlSeconds === 0 ? Number.POSITIVE_INFINITY : issued + ttlSeconds * 1000;
  return { appId, caller: principal, issued, expires, authority: authorityOf(principal, appEnded, ownEnded) };
}

/** Creates the first signing key of a new store. */
export async function ensureSigningKey(needs: { store: KeyStore; random: Random; clock: Clock }): Promise<void> {
  if ((await needs.store.signingKeys()).length === 0) await rotateSigningKey(needs);
}

/** Creates a key that signs new tokens from now on. Tokens signed with older keys stay valid until they expire. */
export async function rotateSigningKey({
  store,
  random,
  clock,
}: {
  store: KeyStore;
  random: Random;
  clock: Clock;
}): Promise<number> {
  const { id } = await store.addSigningKey(random.bytes(SIGNING_KEY_BYTES), clock.now());
  return id;
}
