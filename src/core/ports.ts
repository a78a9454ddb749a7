/**
 * What the rules need from outside. The comments on `Store` are promises: `test/contract/` holds every engine to
 * them, and whoever changes one changes both.
 */
import type { App, AppSettings, User, UserName } from "./model.ts";
import type { StoreTroubleKind } from "./store-trouble.ts";
import type { Authority, DeletionTerms, UserTerms, WriteTerms } from "./terms.ts";

/** An answer that an engine may have at hand; the rules await it either way. */
export type MaybePromise<T> = T | Promise<T>;

export interface Clock {
  /** Milliseconds since 1970, as a whole number. */
  now(): number;
  /** Nanoseconds that never run backwards and are the same in every thread of the process. */
  monotonicNs(): bigint;
}

/** Waiting, on the thread that calls. */
export interface Timers {
  /** Milliseconds that never run backwards, from any origin of this thread's. */
  nowMs(): number;
  /** Calls again and again until it is disposed of; keeps no process alive. */
  every(ms: number, call: () => void): Disposable;
  /** Calls once, unless it is disposed of before. */
  after(ms: number, call: () => void): Disposable;
}

/** Resolves when everything else that is ready on this thread has run. */
export type YieldToEventLoop = () => Promise<void>;

export interface Random {
  bytes(count: number): Uint8Array;
  uuid(): string;
}

export interface Digest {
  sha256(text: string): Uint8Array;
  /** The same in base64, for what is kept by it; quicker. */
  sha256Base64(text: string): string;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** Takes the same time wherever the two differ; unequal lengths are unequal. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** Costs much time and memory on purpose, whatever it is asked; how many do at once is for `core/accounts/passwords.ts`. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Takes as long for an empty password, which is never right. Rejects for a hash that cannot be read. */
  verify(password: string, hash: string): Promise<boolean>;
  /** No password has it, and it takes as long to verify as any that `hash` makes. */
  readonly nobodysHash: string;
}

export interface SigningKey {
  /** Grows with every key; the newest signs. Fits 32 bits. */
  readonly id: number;
  readonly secret: Uint8Array;
}

/** Which attributes of which user are stored, without themselves. */
export interface StoredVersion {
  readonly userId: string;
  /** Σ UTF-8 bytes of keys and values; 0 only when there are none. */
  readonly bytes: number;
  /** Grows by one with every change of the attributes, their deletion included. */
  readonly version: number;
  /** When they last changed, ms; strictly increasing with the version. */
  readonly modified: number;
}

/** A user's attributes as a read finds them. */
export interface StoredAttributes extends StoredVersion {
  /** The JSON object that a read sends; `{}` when there are none. See attributes.ts. */
  readonly json: string;
}

/**
 * What a read is for. The operator of a store that many servers have may allow old copies in answers; what a write is
 * made of is never one of them.
 */
export type ReadPurpose = "answer" | "write";

export interface AttributesWrite {
  readonly app: number;
  readonly name: UserName;
  /** The user and the version that this write replaces. */
  readonly userId: string;
  readonly version: number;
  readonly json: string;
  readonly bytes: number;
  /** How much larger that is than the bytes of the version replaced; negative = smaller. */
  readonly growth: number;
  readonly modified: number;
  /** What the app's users may hold together. */
  readonly appBytesMax: number;
}

/**
 * conflict: the user or the version is no longer the one named. full: the app's users would hold too much.
 * unauthorised: see Authority; it goes before the other two where both are so.
 */
export type WriteOutcome = "written" | "conflict" | "full" | "unauthorised";

/**
 * withheld: it could have been written, and another of the same batch could not. unavailable: others of the batch went
 * through, and the store could not serve this one: nothing of it is stored.
 */
export type BatchOutcome = WriteOutcome | "aborted" | "unavailable";

export type NewApp = Omit<App, "number" | "adminTokensValidAfter" | "tokensValidAfter">;

export type AppChange = Partial<AppSettings> & {
  readonly clientSecretHash?: Uint8Array;
  /** Void the tokens got with the client secret. */
  readonly endAdminTokens?: true;
  /** Void every token of the app and its users. */
  readonly endTokens?: true;
  /** Only while `identity` is this text, as `identityText` makes it: what is set was made of it. */
  readonly formerIdentity?: string | null;
};

export type NewUser = Pick<User, "id" | "name" | "passwordHash" | "nickname" | "created">;

export interface UserChange {
  readonly passwordHash?: string;
  readonly activated?: boolean;
  /** Void the user's tokens. */
  readonly endTokens?: true;
}

/** A place in the order of creation: after this user. */
export interface UserCursor {
  readonly created: number;
  readonly name: UserName;
}

/** What other processes, and this one, have done to things that servers keep in memory. */
export type Change =
  | { readonly kind: "apps" }
  | { readonly kind: "keys" }
  | { readonly kind: "user"; readonly userId: string };

export interface FeedPage {
  /** Where to go on the next time. */
  readonly cursor: number;
  readonly changes: readonly Change[];
}

/** How often one server has lately been asked for what an app has a rate for. */
export interface Demand {
  readonly app: number;
  /** Its place in BUCKETS of rate-limiter.ts. */
  readonly bucket: number;
  /** Calls a second, the refused ones included. */
  readonly perSecond: number;
}

/**
 * One store holds all apps, their users and attributes.
 *
 * - A promise of a write settles only when the write is on disk (or on the cluster); it rejects only when the
 *   outcome is a fault. Then the write may or may not be there, unless it is a `StoreFailure` with `nothingStored`,
 *   or a `Refusal` with `busy` because too much waits already: then it is not there and never will be.
 * - A read that begins after a write has settled sees it. No read sees a write that has not been made durable.
 * - Every call is atomic: all of it or nothing, whoever else writes.
 * - Names are compared byte for byte; whatever is not a known app or user is `undefined`, never an error.
 * - At rest `usage` equals the sum of `bytes` over the app's users, after any mix of calls.
 */
export interface Store extends AsyncDisposable {
  /**
   * Rejects, with the reason for the operator, when reads or writes cannot be served at present; otherwise says what an
   * operator should see to all the same.
   */
  ping(): Promise<readonly StoreTroubleKind[]>;
  /** Settles (with the reason) only if the store can never serve again, so that the process should end. */
  readonly failed: Promise<Error>;

  /**
   * Another number than before when this process has added to what `changesSince` answers, in whatever thread; costs
   * nothing to ask.
   */
  feedVersion(): number;
  /**
   * All that has happened after `cursor`, in order; 0 = since ever. What is over an hour old may be forgotten, apart
   * from the last 1,000 changes: clocks may be set at any time.
   */
  changesSince(cursor: number): MaybePromise<FeedPage>;

  apps(): MaybePromise<readonly App[]>;
  app(number: number): MaybePromise<App | undefined>;
  /** "taken" when key, id or client id is. Numbers are never used again, also not those of deleted apps. */
  insertApp(app: NewApp): Promise<App | "taken">;
  /**
   * `end…Tokens` sets the time to `now`, or to one past the former time if that is later. "incompatible": the settings
   * would not go together (`settingsConflict` of updated-entities.ts). "conflict": `formerIdentity` is not what is there.
   */
  changeApp(number: number, change: AppChange, now: number): Promise<App | "incompatible" | "conflict" | undefined>;
  /**
   * From then on the app is unknown and takes no users and no writes; what it held is there until `purge` has
   * removed it. False: no such app.
   */
  deleteApp(number: number, now: number): Promise<boolean>;
  /** Removes up to `countMax` users of deleted apps; the number removed, 0 when none are left. Others may do so at once. */
  purge(countMax: number): Promise<number>;

  signingKeys(): MaybePromise<readonly SigningKey[]>;
  addSigningKey(secret: Uint8Array, now: number): Promise<SigningKey>;

  user(app: number, name: UserName): MaybePromise<User | undefined>;
  /** The same by `User.id`. */
  userById(app: number, id: string): MaybePromise<User | undefined>;
  /** By creation, then name. */
  users(app: number, after: UserCursor | undefined, countMax: number): MaybePromise<readonly User[]>;
  /**
   * One result for each, in order; "taken" also for a name that an earlier one of the same call took, for a name that
   * is the id of another user of the app, and for an id that is the name of another or his id. A new user is activated,
   * without attributes, at version 0, and modified when created. Undefined: no such app.
   */
  insertUsers(
    app: number,
    users: readonly NewUser[],
    authority?: Authority,
  ): Promise<readonly ("inserted" | "taken")[] | "unauthorised" | undefined>;
  /** `endTokens` as for apps. */
  changeUser(
    app: number,
    name: UserName,
    change: UserChange,
    now: number,
    terms?: UserTerms,
  ): Promise<User | "unauthorised" | "conflict" | undefined>;
  /** Removes the users and their attributes; answers those that were there, in the order asked for. */
  deleteUsers(
    app: number,
    names: readonly UserName[],
    now: number,
    terms?: DeletionTerms,
  ): Promise<readonly User[] | "unauthorised">;

  /** @param purpose without it, to be answered */
  attributes(app: number, name: UserName, purpose?: ReadPurpose): MaybePromise<StoredAttributes | undefined>;
  /** As `attributes`, for many at once, in order; all of one moment each, not of one moment together. */
  attributesOf(
    app: number,
    names: readonly UserName[],
    purpose?: ReadPurpose,
  ): MaybePromise<readonly (StoredAttributes | undefined)[]>;
  /** As `attributes`, and does not read the attributes themselves. */
  version(app: number, name: UserName, purpose?: ReadPurpose): MaybePromise<StoredVersion | undefined>;
  /** When the attributes last changed, ms; as `attributesOf` to be answered, and does not read them. */
  modifiedOf(app: number, names: readonly UserName[]): MaybePromise<readonly (number | undefined)[]>;
  /**
   * Replaces the attributes if user and version are still those named, and moves the app's usage with them. A
   * write that makes the user's bytes grow is "full" when the usage would pass `appBytesMax`; a write that does
   * not grow never is.
   */
  writeAttributes(write: AttributesWrite, terms?: WriteTerms): Promise<WriteOutcome>;
  /**
   * Several writes, each of another user, as if by `writeAttributes` in this order, in one commit where that is not
   * too large for the engine; an outcome for each, in order. With `allOrNothing` in one commit at any rate, and when
   * one of them is refused none is written; without authority each of them is "unauthorised". Rejects as a whole only
   * when none is written, or when it cannot be told.
   */
  writeAttributesOf(
    writes: readonly AttributesWrite[],
    allOrNothing: boolean,
    terms?: WriteTerms,
  ): Promise<readonly BatchOutcome[]>;
  /**
   * Whatever the version is: nothing is stored afterwards. Makes no change where nothing was stored, nor when it answers
   * "unauthorised".
   */
  clearAttributes(app: number, name: UserName, now: number, authority?: Authority): Promise<"unauthorised" | undefined>;

  /** Σ bytes over the app's users. */
  usage(app: number): MaybePromise<number>;

  /**
   * Tells the other servers of the store what this one is asked for, and answers what they are: a list for each of
   * those that have been heard of lately. Where only one server can have the store there are none.
   */
  publishDemand(demand: readonly Demand[]): MaybePromise<readonly (readonly Demand[])[]>;
}

/** What the rules tell the operator about; one function per event. */
export interface Events {
  /**
   * What other processes have changed could not be read; this one goes on with what it knows. Told of every try.
   * @param count of those like it; 1 where it is left out
   */
  refreshFailed(error: unknown, count?: number): void;
}
