/**
 * The domain model: apps, users, callers. A name reaches the rules only through one of the constructors below, so a value
 * of these types is always legal.
 */
import type { IdentitySettings } from "./identity-settings.ts";

declare const brand: unique symbol;

/** A folded, legal username (docs/PROTOCOL.md § Names and sizes). */
export type UserName = string & { readonly [brand]: "UserName" };

/** A folded `org/app`. */
export type AppKey = string & { readonly [brand]: "AppKey" };

/** Which generation of the documents an app's answers follow (docs/PROTOCOL.md § Readings). */
export type Dialect = "2021" | "2026";

/** Who may register users: any client, or holders of an app token (docs/PROTOCOL.md § Users). */
export type Registration = "open" | "authorised";

/**
 * How to handle a set that conflicts with a concurrent one: refuse it with 409 (the specification § Setting user
 * metadata), or merge it into the attributes that the other one has stored.
 */
export type ConflictRule = "refuse" | "merge";

export const DIALECTS = ["2021", "2026"] as const satisfies readonly Dialect[];
export const CONFLICT_RULES = ["refuse", "merge"] as const satisfies readonly ConflictRule[];
export const REGISTRATIONS = ["open", "authorised"] as const satisfies readonly Registration[];

/** Limits that an app may set for itself; the server's apply otherwise. */
export interface Limits {
  /** Maximum Σ UTF-8 bytes of a user's attribute keys and values, inclusive. */
  readonly userBytesMax: number;
  /** Maximum Σ of the same over all users of the app. */
  readonly appBytesMax: number;
  /** Maximum number of users in one batch call. */
  readonly batchMax: number;
  /** Rate limit of each of the four kinds of metadata calls, per second; 0 = unlimited. */
  readonly ratePerSecond: number;
}

export const LIMIT_NAMES = ["userBytesMax", "appBytesMax", "batchMax", "ratePerSecond"] as const;

/** The settings of an app that an operator may change while the server runs; null = the server's own setting. */
export interface AppSettings extends Readonly<Record<keyof Limits, number | null>> {
  readonly dialect: Dialect;
  readonly registration: Registration | null;
  readonly conflicts: ConflictRule;
  /** Whether to answer the calls that vendors' clients make beside profiles. */
  readonly companionCalls: boolean;
  /** Whether an attribute `ext` must be the text of a JSON object, as some clients assume. */
  readonly checkExt: boolean;
  /** Lifetime of tokens requested without a `ttl`, in seconds; 0 = permanent. */
  readonly tokenTtlSeconds: number;
  readonly identity: IdentitySettings;
}

export interface App extends AppSettings {
  /** The store's short name for the app; never reused. */
  readonly number: number;
  /** The public UUID: `application` in responses, `{app_id}` in paths. */
  readonly id: string;
  readonly key: AppKey;
  readonly clientId: string;
  /** SHA-256 of the client secret. */
  readonly clientSecretHash: Uint8Array;
  /** Created, in ms since 1970. */
  readonly created: number;
  /** When the tokens obtained with the client secret were last revoked, ms; strictly increasing. See tokens.ts. */
  readonly adminTokensValidAfter: number;
  /** When all tokens of the app and its users were last revoked, ms; strictly increasing. */
  readonly tokensValidAfter: number;
}

export interface User {
  readonly id: string;
  readonly name: UserName;
  /** argon2id, or null for a user without a password. */
  readonly passwordHash: string | null;
  readonly activated: boolean;
  /** The push nickname (docs/PROTOCOL.md § Users); not an attribute. */
  readonly nickname: string | null;
  readonly created: number;
  readonly modified: number;
  /** When the user's tokens were last revoked, ms; strictly increasing. See tokens.ts. */
  readonly tokensValidAfter: number;
}

/** The principal of a request within one app; "nobody" = unauthenticated. */
export type Caller =
  | { readonly kind: "nobody" }
  | { readonly kind: "admin" }
  | { readonly kind: "user"; readonly id: string; readonly name: UserName };

export const USER_NAME_BYTES_MAX = 64;

const USER_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const FOLDED_USER_NAME = /^[a-z0-9_.-]{1,64}$/;

/**
 * Folds a name to lower case; undefined if it is not legal. The pattern is matched before folding, because a few letters
 * beyond ASCII (the Kelvin sign) fold to ASCII letters.
 */
export function userName(text: string): UserName | undefined {
  if (text === "." || text === "..") return undefined;
  if (FOLDED_USER_NAME.test(text)) return text as UserName; // as: checked here
  return USER_NAME.test(text) ? (text.toLowerCase() as UserName) : undefined; // as: and here
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a name has the form of a user id, and so could be one. */
export function isLikeId(name: UserName): boolean {
  return ID.test(name);
}

const ORG = /^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/;
const APP = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** Every path may also begin with `app-id` (docs/PROTOCOL.md § Calls). */
const RESERVED_ORG = "app-id";

/** Folds `org/app`; undefined if it is not a legal app key. */
export function appKey(text: string): AppKey | undefined {
  const [org, app, rest] = text.split("/");
  if (org === undefined || app === undefined || rest !== undefined) return undefined;
  if (!ORG.test(org) || !APP.test(app)) return undefined;
  const folded = text.toLowerCase();
  return folded.startsWith(`${RESERVED_ORG}/`) ? undefined : (folded as AppKey); // as: checked above
}

/** The two halves of an app key, named as in responses. */
export function appKeyParts(key: AppKey): { org: string; name: string } {
  const slash = key.indexOf("/");
  return { org: key.slice(0, slash), name: key.slice(slash + 1) };
}
