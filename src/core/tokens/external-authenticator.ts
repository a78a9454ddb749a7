import type { Accounts } from "../accounts/accounts.ts";
import type { Asker } from "../admission/asker.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { monotonicMs } from "../async/monotonic-ms.ts";
import { authorityOf } from "../authority.ts";
import { type App, type User, userName } from "../model.ts";
import type { Clock, Digest, Store } from "../ports.ts";
import { badToken, type Refusal } from "../refusals.ts";
import { NEVER_ENDED } from "../terms.ts";
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
 * For identities, on each thread that serves: some 115,000 of them. They are kept by a digest of the token, which may be
 * of 8 KB: four microseconds for a token of that size, and half of one for a usual one.
 */
const KNOWN_BYTES_MAX = 64 * 1024 * 1024;

/** Who stands behind a token that somebody else has made and that the app takes. */
export interface ExternalAuthenticator {
  /** At once; undefined for a token that has not been identified before, or not for this app. */
  lookup(resolved: ResolvedApp, text: string): Authentication | undefined;
  isCached(text: string): boolean;
  /** Whether the app takes tokens of this form. */
  takes(resolved: ResolvedApp, text: string): boolean;
  /** Verifies the token and finds its user, who is made if they are not here yet and the app wants that. */
  authenticate(
    resolved: ResolvedApp,
    text: string,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<Authentication>;
  /** As `identify`, and the user as they are now; undefined for an admin's token. */
  principal(
    resolved: ResolvedApp,
    text: string,
    asker: () => Asker,
    options?: IdentifyOptions,
  ): Promise<{ readonly user: User | undefined; readonly expires: number }>;
  /** To be called whenever a user's tokens, rights or existence have changed. */
  invalidateUser(userId: string): void;
  /** To be called when such changes may have gone unseen, or when other keys or other settings hold. */
  invalidateAll(): void;
}

export interface IdentifyOptions {
  /** Whether a user who is not here yet is made, where the app wants that; true by default. */
  readonly makesUser?: boolean;
}

interface ExternalAuthenticatorNeeds {
  /** Of the kinds of tokens that an app takes. */
  readonly verifiers: (resolved: ResolvedApp) => readonly TokenVerifier[];
  readonly store: Pick<Store, "user" | "userById">;
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
 * Such a token says when it was made, and nothing of what was revoked before: it is void when the user's, the app's or
 * the admins' tokens have been ended since.
 */
export function createExternalAuthenticator(needs: ExternalAuthenticatorNeeds): ExternalAuthenticator {
  const { verifiers, store, accounts, clock, digest, events } = needs;
  const refusals = new RefusedTokens(events, clock);
  const known = new TokenCache<Known>({ resource: "token_caches", bytesMax: KNOWN_BYTES_MAX });
  /** A request asks for its token several times on its way. */
  let last = { text: "", key: "" };
  let revocations = 0;

  function keyOf(text: string): string {
    if (text !== last.text) last = { text, key: digest.sha256Base64(text) };
    return last.key;
  }

  const find = (text: string): Known | undefined =>
    text.length > EXTERNAL_TOKEN_CHARACTERS_MAX ? undefined : known.find(keyOf(text));

  /** What may change while a token is known: the time, and its app. */
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
    if (name === undefined) throw badToken("token_unknown", "claim", "what names its user is no legal username");
    // The id of one who is gone must not come back as a name.
    if (id !== undefined || !app.identity.createOnFirstUse || !makesUser) throw unknownUser();
    // On the authority of a token that ends with the app's, and has no user yet with whom it could end.
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
      throw badToken("token_unknown", "claim", "what is signed can also be read as another user's token");
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
      throw badToken("token_malformed", "format", "it has the form of no kind of token that the app takes");
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
      // A revocation that came in between may not have been in what was read: then the next request reads again.
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
  return badToken("token_unknown", "claim", "it names a user who is not here, and is not made at first sight");
}

function revoked(): Refusal {
  return badToken("token_expired", "revoked", "it was made before the last time that such tokens were ended");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
