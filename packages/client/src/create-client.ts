import type { Attributes, Changes, Profile } from "./attributes.ts";
import { createBatchedReads, own } from "./batched-reads.ts";
import { isNothing } from "./is-nothing.ts";
import { pause, reasonOf, unlessAborted } from "./pause.ts";
import { Profiles } from "./profiles.ts";
import { type Answered, createTransport, type TransportOptions } from "./transport.ts";
import { isUnclear, type UserError, UsermetaError } from "./usermeta-error.ts";

export interface ClientOptions extends TransportOptions {
  /** How many profiles are cached; defaults to 10,000. Profiles with subscribers are kept in any case. */
  readonly profilesMax?: number;
  /** `ReadOptions.maxAgeMs` for reads that do not give it, those of `useProfile` included; defaults to 0. */
  readonly maxAgeMs?: number;
  /** Reads all profiles with subscribers again, in one call, this long after each answer, ms; defaults to never. */
  readonly refreshMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /**
   * A profile that was read or written at most this long ago is answered from the cache, ms. Defaults to the client's
   * `maxAgeMs`; 0 always asks the server.
   */
  readonly maxAgeMs?: number;
}

export interface SetOptions extends CallOptions {
  /** Set only if this version is stored: `Profile.etag`. Otherwise rejects with a `UsermetaError` of status 412. */
  readonly ifMatch?: string;
  /** Set only if nothing is stored. Otherwise rejects with a `UsermetaError` of status 412. */
  readonly isFirst?: boolean;
}

export interface SetManyOptions extends CallOptions {
  /** All or nothing: if one user is refused, the call rejects, and `UsermetaError.errors` says why, by user. */
  readonly isAtomic?: boolean;
  /** By user, the `Profile.lastModified` that must be stored. A user with another version is refused with 412. */
  readonly versions?: Readonly<Record<string, number>>;
}

/** Each user of the call is in exactly one of the two Maps, by username in lower case. */
export interface SetManyResult {
  /** The users whose attributes were set, with all attributes that they have now. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** The users that were refused. `status` is that of a call for this user alone: 404 for one who does not exist. */
  readonly errors: ReadonlyMap<string, UserError>;
}

export interface Limits {
  readonly limits: Readonly<Record<"userBytesMax" | "appBytesMax" | "batchMax" | "ratePerSecond", number>>;
  readonly used: { readonly appBytes?: number; readonly userBytes?: number };
  readonly rates: Readonly<Record<string, { readonly perSecond: number; readonly remaining: number }>>;
  readonly conflicts: "refuse" | "merge";
  /** Whether the server rejects an attribute `ext` that is not the text of a JSON object. */
  readonly checkExt: boolean;
}

/**
 * The users of an app on a usermeta server. Calls reject with a `UsermetaError`, or with the signal's reason, or with what
 * the token function threw.
 */
export interface Client {
  /** The user's current profile. Reads of one turn of the event loop are one call; unchanged profiles are not sent again. */
  get(user: string, options?: ReadOptions): Promise<Profile>;
  /** The same for several users, in the order given. */
  getMany(users: readonly string[], options?: ReadOptions): Promise<Profile[]>;
  /** The profile in the cache, if any, without a call. It is the same object until something changes. */
  peek(user: string): Profile | undefined;
  /** Calls the listener whenever the profile in the cache changes. The function returned ends the subscription. */
  subscribe(user: string, listener: () => void): () => void;
  /** Adds, replaces and removes attributes. Answers the whole profile. */
  set(user: string, changes: Changes, options?: SetOptions): Promise<Profile>;
  /** Removes the attributes named, or all. */
  remove(user: string, names?: readonly string[], options?: CallOptions): Promise<void>;
  /**
   * Reads the attributes and stores the changes that the function returns for them. If another client has changed them
   * meanwhile, the function is called again with the attributes as they are then.
   */
  update(
    user: string,
    change: (attributes: Attributes) => Changes | Promise<Changes>,
    options?: CallOptions,
  ): Promise<Profile>;
  /**
   * Sets attributes of several users in one call, up to `Limits.limits.batchMax` of them. Needs an admin's token. Each user succeeds or fails alone, unless the
   * call is atomic. Two spellings of one user reject with status 400 before anything is sent.
   *
   * @example
   * const { profiles, errors } = await client.setMany({ Ada: { nickname: "Ada" }, nobody: { nickname: "N" } });
   * profiles.get("ada")?.attributes; // { nickname: "Ada", … }, with those that she had before
   * errors.get("nobody"); // { status: 404, error: "…", error_description: "…", hint: "…" }
   */
  setMany(users: Readonly<Record<string, Changes>>, options?: SetManyOptions): Promise<SetManyResult>;
  /** The app's limits, their use, and the state of its rates. */
  limits(options?: CallOptions): Promise<Limits>;
}

interface One {
  readonly data: Attributes;
  readonly lastModified: number;
}

interface Tagged {
  readonly attributes: Attributes;
  readonly etag: string;
  /** This version, or a newer one. */
  readonly profile: Profile;
}

interface Many {
  readonly data: Readonly<Record<string, Attributes>>;
  readonly lastModified: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, UserError>>;
}

const UPDATES_MAX = 100;
const UPDATE_PAUSE_MS = 50;
const UNCLEAR_PAUSE_MS = 400;

/** @throws TypeError for a malformed URL or token; its message says what is wrong */
export function createClient(options: ClientOptions): Client {
  const ask = createTransport(options);
  const profiles = new Profiles(options.profilesMax ?? 10_000);
  const read = createBatchedReads(ask, profiles);
  const { maxAgeMs: ownMaxAgeMs = 0, refreshMs = 0, tries = 5, patienceMs = 30_000 } = options;
  /** When each profile was last known to be current, ms since 1970. */
  const askedAt = new WeakMap<Profile, number>();
  let refreshing: ReturnType<typeof setTimeout> | undefined;

  /** Never more than one call in flight, so that a slow server gets no extra load. */
  function refreshLater(): void {
    const timer = setTimeout(() => {
      const again = (): void => {
        if (refreshing === timer) refreshLater();
      };
      // A failed call is retried the next time.
      client.getMany(profiles.subscribed(), { maxAgeMs: 0 }).then(again, again);
    }, refreshMs);
    refreshing = timer;
  }

  function fresh(profile: Profile): Profile {
    askedAt.set(profile, Date.now());
    return profile;
  }

  function written(user: string, { body, etag }: Answered<One>): Profile {
    const { data: attributes, lastModified } = body;
    return fresh(profiles.take({ user, attributes, lastModified, etag }, undefined));
  }

  /** The stored attributes with their `etag`, which a profile in the cache may lack. */
  async function readOne(user: string, signal: AbortSignal | undefined): Promise<Tagged> {
    const answer = await ask<One>({ method: "GET", path: pathOf(user), signal, isRepeatable: true });
    const { body, etag } = answer;
    // Without a condition the update could overwrite another client's change.
    if (etag === undefined) throw new UsermetaError(404, { error_description: `${user} has no version` });
    return { attributes: body.data, etag, profile: written(user, answer) };
  }

  const pathOf = (user: string): string => `/metadata/user/${encodeURIComponent(user)}`;

  const client: Client = {
    async get(spelling, { maxAgeMs = ownMaxAgeMs, signal } = {}) {
      const user = folded(spelling);
      const known = profiles.use(user);
      if (known !== undefined && maxAgeMs > 0 && Date.now() - (askedAt.get(known) ?? 0) <= maxAgeMs) return known;
      return fresh(await unlessAborted(read(user), signal));
    },
    getMany: (users, given) => Promise.all(users.map((user) => client.get(user, given))),
    peek: (user) => profiles.peek(folded(user)),
    subscribe(user, listener) {
      const end = profiles.subscribe(folded(user), listener);
      if (refreshMs > 0 && refreshing === undefined) refreshLater();
      return () => {
        end();
        if (profiles.subscribed().length > 0) return;
        clearTimeout(refreshing);
        refreshing = undefined;
      };
    },

    async set(spelling, changes, { ifMatch, isFirst, signal } = {}) {
      const user = folded(spelling);
      const headers = {
        ...(ifMatch !== undefined && { "if-match": ifMatch }),
        ...(isFirst && { "if-none-match": "*" }),
      };
      // With a condition, a second try would be refused because of the first.
      const isRepeatable = ifMatch === undefined && !isFirst;
      return written(
        user,
        await ask<One>({ method: "PATCH", path: pathOf(user), body: changes, headers, signal, isRepeatable }),
      );
    },

    async remove(spelling, names, given = {}) {
      const user = folded(spelling);
      if (names !== undefined) {
        if (names.length > 0) await client.set(user, Object.fromEntries(names.map((name) => [name, null])), given);
        return;
      }
      await ask({ method: "DELETE", path: pathOf(user), signal: given.signal, isRepeatable: true });
      // The answer names no version, and reads in flight may bring an older one. The removal is done even if this read fails.
      await client.get(user, { ...given, maxAgeMs: 0 }).catch(() => {
        const known = profiles.peek(user);
        if (known?.attributes !== undefined)
          profiles.replace({ user, attributes: {}, lastModified: known.lastModified });
      });
    },

    async update(spelling, change, given = {}) {
      const user = folded(spelling);
      const { signal } = given;
      const until = Date.now() + patienceMs;
      let base: Pick<Profile, "attributes" | "etag"> | undefined = profiles.peek(user);
      let unclear: { readonly failure: UsermetaError; readonly times: number } | undefined;
      for (let attempt = 1; ; attempt++) {
        if (base?.etag === undefined) base = await readOne(user, signal);
        const changes = await change(base.attributes ?? {});
        try {
          return await client.set(user, changes, { ...given, ifMatch: base.etag ?? "" });
        } catch (error) {
          if (isUnclear(error)) unclear = { failure: error, times: (unclear?.times ?? 0) + 1 };
          else if (!(error instanceof UsermetaError && error.status === 412) || attempt === UPDATES_MAX) throw error;
          const pauseMs = isUnclear(error) ? UNCLEAR_PAUSE_MS : Math.min(UPDATE_PAUSE_MS, attempt);
          await pause(Math.random() * pauseMs, signal);
          if (unclear === undefined) {
            base = undefined;
            continue;
          }
          // An earlier try may have been carried out after all, and a 412 does not say whose change is stored.
          const present = await orThrow(readOne(user, signal), unclear.failure, signal);
          if (present.etag !== base.etag) {
            // If nothing is left to change, the result is the same as that of a successful update.
            if (isNothing(await change(present.attributes), present.attributes)) return present.profile;
            throw unclear.failure;
          }
          // Not carried out so far. If it is carried out later, the next try is not: both depend on this version.
          if (unclear.times >= tries || Date.now() > until) throw unclear.failure;
        }
      }
    },

    async setMany(users, { isAtomic: atomic = false, versions = {}, signal } = {}) {
      const body = { targets: foldedKeys(users), versions: foldedKeys(versions), atomic };
      const isRepeatable = Object.keys(versions).length === 0;
      const answer = await ask<Many>({ method: "POST", path: "/metadata/user/set", body, signal, isRepeatable });
      const { data, lastModified, errors } = answer.body;
      const stored = Object.entries(data).map(([user, attributes]) => {
        const one = { data: attributes, lastModified: own(lastModified, user) ?? 0 };
        return [user, written(user, { body: one, etag: undefined })] as const;
      });
      return { profiles: new Map(stored), errors: new Map(Object.entries(errors)) };
    },

    async limits({ signal } = {}) {
      return (await ask<{ data: Limits }>({ method: "GET", path: "/metadata/limits", signal, isRepeatable: true })).body
        .data;
    },
  };
  return client;
}

/** As the server folds names. */
function folded(user: string): string {
  return user.toLowerCase();
}

function foldedKeys<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const byUser = new Map<string, Value>();
  for (const [spelling, value] of Object.entries(record)) {
    const user = folded(spelling);
    // In the server's words.
    const error = { error: "illegal_argument", error_description: `the user ${user} is named twice` };
    if (byUser.has(user)) throw new UsermetaError(400, error);
    byUser.set(user, value);
  }
  return Object.fromEntries(byUser);
}

/** For a call that only checks the result of an earlier one: if it fails too, rejects with the earlier failure. */
async function orThrow<T>(call: Promise<T>, failure: unknown, signal: AbortSignal | undefined): Promise<T> {
  return await call.catch(() => {
    throw signal?.aborted ? reasonOf(signal) : failure;
  });
}
