import type { Accounts } from "../accounts/accounts.ts";
import type { Asker } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { monotonicMs } from "../async/monotonic-ms.ts";
import { authorityOf } from "../authority.ts";
import { type App, type User, userName } from "../model.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Digest } from "../ports/system/digest.ts";
import { NEVER_ENDED } from "../ports/terms.ts";
import type { UserStore } from "../ports/user-store.ts";
import { badToken, type Refusal } from "../refusals.ts";
import type { Authentication } from "./authentication.ts";
import {
  EXTERNAL_TOKEN_CHARACTERS_MAX,
  type ExternalToken,
  type ExternalTokenKind,
  type TokenVerifier,
} from "./external-token.ts";
import { RefusedTokens, type TokenEvents } from "./refused-tokens.ts";
import { TokenCache } from "./token-cache.ts";

/**
 * Size of the token cache of each serving thread: about 115,000 tokens. The key is a digest of the token, which may have
 * 8 KB. The digest takes four microseconds for a token of that size, and half a microsecond for a usual one.
 */
const KNOWN_BYTES_MAX = 64 * 1024 * 1024;

/** Authenticates external tokens: those of other issuers that the app accepts (docs/IDENTITY.md). */
export interface ExternalAuthenticator {
  /** Looks in the cache only, synchronously; undefined for a token that is not cached for this app. */
  lookup(resolved: ResolvedApp, text: string): Authentication | undefined;
  isCached(text: string): boolean;
  /** Whether the app accepts tokens of this format. */
  takes(resolved: ResolvedApp, text: string): boolean;
  /**
   * Verifies the token and reads its user. Creates a user that does not exist if the app has just-in-time provisioning.
   * Refuses as `TokenVerifier.verify` does.
   */
  authenticate(
    resolved: ResolvedApp,
    text: string,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<Authentication>;
  /** As `authenticate`, but caches nothing and returns the stored user; undefined for an admin's token. */
  principal(
    resolved: ResolvedApp,
    text: string,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<{ readonly user: User | undefined; readonly expires: number }>;
  /** Call whenever a user's tokens, rights or existence changed. */
  invalidateUser(userId: string): void;
  /** Call when such changes may have been missed, or when keys or settings changed. */
  invalidateAll(): void;
}

export interface IdentifyOptions {
  /** Whether to create a user that does not exist, if the app has just-in-time provisioning; defaults to true. */
  readonly makesUser?: boolean;
}

interface ExternalAuthenticatorNeeds {
  /** The verifiers of the kinds of tokens that an app accepts. */
  readonly verifiers: (resolved: ResolvedApp) => readonly TokenVerifier[];
  readonly store: Pick<UserStore, "user" | "userById">;
  readonly accounts: Pick<Accounts, "ensure">;
  readonly clock: Clock;
  readonly digest: Pick<Digest, "sha256Base64">;
  readonly events: TokenEvents;
}

type NamedUser = Extract<ExternalToken["bearer"], { kind: "user" }>;
interface FoundUser {
  readonly user: User;
  readonly isNew: boolean;
}
type Known = Authentication & {
  readonly kind: ExternalTokenKind;
  readonly appId: string;
  readonly verifiedUntilMs: number;
};

/**
 * An external token carries only its time of issue, not earlier revocations as our own tokens do. It is invalid if the
 * user's, the app's or the admin's tokens were revoked after that time.
 */
export function createExternalAuthenticator(needs: ExternalAuthenticatorNeeds): ExternalAuthenticator {
  const { verifiers, store, accounts, clock, digest, events } = needs;
  const refusals = new RefusedTokens(events, clock);
  const known = new TokenCache<Known>({ resource: "token_caches", bytesMax: KNOWN_BYTES_MAX });
  /** The last digest: a request looks its token up several times. */
  let last = { text: "", key: "" };
  let revocations = 0;

  function keyOf(text: string): string {
    if (text !== last.text) last = { text, key: digest.sha256Base64(text) };
    return last.key;
  }

  const find = (text: string): Known | undefined =>
    text.length > EXTERNAL_TOKEN_CHARACTERS_MAX ? undefined : known.find(keyOf(text));

  /** Checks the parts that may change while a token is cached: the time and the app. */
  function check(app: App, isAdmin: boolean, { issued, expires }: Pick<Authentication, "issued" | "expires">): void {
    const endedAt = Math.max(app.tokensValidAfter, isAdmin ? app.adminTokensValidAfter : 0);
    if (issued < endedAt) throw revoked();
    if (expires <= clock.now()) throw badToken("token_expired", "expired", "its lifetime is over");
  }

  const isStale = ({ verifiedUntilMs }: Known): boolean => verifiedUntilMs <= monotonicMs(clock);

  async function findUser(app: App, named: NamedUser, issued: number, makesUser: boolean): Promise<FoundUser> {
    const text = "name" in named ? named.name : named.nameOrId;
    const id = "nameOrId" in named && UUID.test(text) ? text.toLowerCase() : undefined;
    if ("name" in named) await checkReadings(app, named.otherNames ?? []);
    const byName = await userOfName(app, text);
    const byId = id === undefined ? undefined : await store.userById(app.number, id);
    if (byName !== undefined && byId !== undefined && byName.id !== byId.id) {
      throw badToken("token_unknown", "claim", "it names one user by their name and another by their id");
    }
    const found = byName ?? byId;
    if (found !== undefined) return { user: found, isNew: false };
    const name = userName(text);
    if (name === undefined) throw badToken("token_unknown", "claim", "the name of its user is not a legal username");
    // The id of a deleted user must not become a name.
    if (id !== undefined || !app.identity.createOnFirstUse || !makesUser) throw unknownUser();
    // A revocation of the app's tokens ends this authority. It cannot depend on the user, which does not exist yet.
    const authority = authorityOf(ADMIN, issued, NEVER_ENDED);
    const user = await accounts.ensure(app, name, { caller: ADMIN, authority });
    if (user === undefined) throw unknownUser();
    return { user, isNew: true };
  }

  async function userOfName(app: App, text: string): Promise<User | undefined> {
    const name = userName(text);
    return name === undefined ? undefined : await store.user(app.number, name);
  }

  async function checkReadings(app: App, names: readonly string[]): Promise<void> {
    for (const name of names) {
      if ((await userOfName(app, name)) === undefined) continue;
      throw badToken("token_unknown", "claim", "the signed text can also be read as another user's token");
    }
  }

  async function principal(
    resolved: ResolvedApp,
    text: string,
    asker: () => Asker,
    { makesUser = true }: IdentifyOptions = {},
  ) {
    const { app } = resolved;
    const verifier = verifiers(resolved).find((each) => each.takes(text));
    if (verifier === undefined) {
      throw badToken("token_malformed", "format", "it has the format of no kind of token that the app accepts");
    }
    const { kind } = verifier;
    try {
      const token = await verifier.verify(text, asker);
      const { bearer, issued, expires, verifiedUntilMs = Number.POSITIVE_INFINITY } = token;
      check(app, bearer.kind === "admin", token);
      const found = bearer.kind === "user" ? await activeUser(app, bearer, issued, makesUser) : undefined;
      return { kind, user: found?.user, isUserNew: found?.isNew ?? false, issued, expires, verifiedUntilMs };
    } catch (error) {
      refusals.refused(app, kind, error);
      throw error;
    }
  }

  async function activeUser(app: App, named: NamedUser, issued: number, makesUser: boolean): Promise<FoundUser> {
    const found = await findUser(app, named, issued, makesUser);
    const { user } = found;
    if (!user.activated) throw badToken("token_unknown", "revoked", "its user is deactivated");
    if (issued < user.tokensValidAfter) throw revoked();
    return found;
  }

  return {
    lookup(resolved, text) {
      const entry = find(text);
      if (entry === undefined || entry.appId !== resolved.app.id || isStale(entry)) return undefined;
      try {
        check(resolved.app, entry.caller.kind === "admin", entry);
      } catch (error) {
        refusals.refused(resolved.app, entry.kind, error);
        throw error;
      }
      return entry;
    },
    isCached(text) {
      const entry = find(text);
      return entry !== undefined && !isStale(entry);
    },
    takes: (resolved, text) => verifiers(resolved).some((each) => each.takes(text)),
    async authenticate(resolved, text, asker, options) {
      const revocationsBefore = revocations;
      const { kind, user, isUserNew, issued, expires, verifiedUntilMs } = await principal(
        resolved,
        text,
        asker,
        options,
      );
      const caller = user === undefined ? ADMIN : ({ kind: "user", id: user.id, name: user.name } as const);
      const authority = authorityOf(caller, issued, issued);
      const entry = { caller, authority, issued, expires, kind, verifiedUntilMs, appId: resolved.app.id };
      // The user may have been read before a revocation that came in meanwhile: then the token is not cached.
      if (revocations === revocationsBefore) known.add(keyOf(text), entry, user?.id);
      return { ...entry, isUserNew };
    },
    principal,
    invalidateUser(userId) {
      revocations += 1;
      known.invalidateUser(userId);
    },
    invalidateAll() {
      revocations += 1;
      known.clear();
    },
  };
}

const ADMIN = { kind: "admin" } as const;

function unknownUser(): Refusal {
  return badToken(
    "token_unknown",
    "claim",
    "it names a user that does not exist, and the app does not create users on first use",
  );
}

function revoked(): Refusal {
  return badToken("token_expired", "revoked", "it was issued before the last revocation of such tokens");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
