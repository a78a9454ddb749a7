import type { Registry, ResolvedApp } from "../apps/registry.ts";
import { type Authorised, authorityOf } from "../authority.ts";
import type { App, Caller, User } from "../model.ts";
import type { Clock, Digest, Random, Store } from "../ports.ts";
import { badToken, type Refusal } from "../refusals.ts";
import { TokenCache } from "./token-cache.ts";
import { decodeToken, encodeToken, TOKEN_CHARACTERS_MAX, type TokenClaims } from "./token-codec.ts";

/** What `expires_in` says of a permanent token, and the longest lifetime: clients keep it in 32 bits. */
export const TTL_SECONDS_MAX = 2_147_483_647;

const SIGNING_KEY_BYTES = 32;

/**
 * For verified tokens, on each thread that serves: some 90,000 of them. They are kept by their text, which is looked up
 * with every request: it is short, so that a digest would cost more than it saves.
 */
const VERIFIED_BYTES_MAX = 64 * 1024 * 1024;

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

export interface VerifiedToken extends Authorised {
  readonly appId: string;
  readonly caller: Exclude<Caller, { kind: "nobody" }>;
  /** ms since 1970; Infinity for a permanent token. */
  readonly issued: number;
  readonly expires: number;
}

/**
 * A token carries the times at which tokens had last been ended, as they stood in the app and the user for whom it
 * was given; a later time voids it. So whoever was let in by what a revocation has changed loses his token, also if
 * he got it while that revocation was being written, and however the clocks of several servers differ.
 */
export interface Tokens {
  /** A token for the app's admin, or for one of its users, both as the store has them. */
  issue(app: App, user: User | undefined, ttlSeconds: number): IssuedToken;
  /** Whether it has been verified before. */
  isCached(token: string): boolean;
  /** A token that has been verified before; undefined for any other. Refuses, as `verify` does, one that is over. */
  lookup(token: string): VerifiedToken | undefined;
  /** Checks the signature and reads the user. Refuses with one of the `token_…` codes. */
  verify(token: string): Promise<VerifiedToken>;
  /** To be called whenever a user's tokens, rights or existence have changed. */
  invalidateUser(userId: string): void;
  /** To be called when such changes may have gone unseen. */
  invalidateAll(): void;
}

interface TokensNeeds {
  readonly registry: Registry;
  readonly store: Pick<Store, "user">;
  readonly clock: Clock;
  readonly digest: Digest;
}

export function createTokens({ registry, store, clock, digest }: TokensNeeds): Tokens {
  const verified = new TokenCache<VerifiedToken>({ resource: "token_caches", bytesMax: VERIFIED_BYTES_MAX });
  let revocations = 0;

  const find = (token: string): VerifiedToken | undefined =>
    token.length > TOKEN_CHARACTERS_MAX ? undefined : verified.find(token);

  /** What may change while a token is known: the time, and its app. */
  function check(resolved: ResolvedApp | undefined, entry: VerifiedToken): VerifiedToken {
    if (resolved === undefined) throw appGone();
    const { tokensValidAfter, adminTokensValidAfter } = resolved.app;
    const { appEndedMax, adminEndedMax } = entry.authority;
    const isEnded = tokensValidAfter > appEndedMax || adminTokensValidAfter > adminEndedMax;
    if (isEnded) throw revoked();
    if (entry.expires <= clock.now()) throw badToken("token_expired", "expired", "its lifetime is over");
    return entry;
  }

  async function firstSight(token: string): Promise<VerifiedToken> {
    const decoded = decodeToken(token);
    if (decoded === undefined) throw badToken("token_malformed", "format", "it is no token of this server's form");
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
    // A revocation that came in between may not have been in what was read: then the next request reads again.
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
    verify: firstSight,
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
  return badToken("token_expired", "revoked", "it was given before the last time that such tokens were ended");
}

function userIdOf({ principal }: TokenClaims): string | undefined {
  return principal.kind === "user" ? principal.id : undefined;
}

function entryOf({ appId, principal, issued, ttlSeconds, appEnded, ownEnded }: TokenClaims): VerifiedToken {
  const expires = ttlSeconds === 0 ? Number.POSITIVE_INFINITY : issued + ttlSeconds * 1000;
  return { appId, caller: principal, issued, expires, authority: authorityOf(principal, appEnded, ownEnded) };
}

/** Makes the first signing key of a new store. */
export async function ensureSigningKey(needs: { store: Store; random: Random; clock: Clock }): Promise<void> {
  if ((await needs.store.signingKeys()).length === 0) await rotateSigningKey(needs);
}

/** From now on new tokens are signed with a new key; tokens signed with older ones stay good until they expire. */
export async function rotateSigningKey({
  store,
  random,
  clock,
}: {
  store: Store;
  random: Random;
  clock: Clock;
}): Promise<number> {
  const { id } = await store.addSigningKey(random.bytes(SIGNING_KEY_BYTES), clock.now());
  return id;
}
