import type { AttributePatch, Attributes, Profile } from "./attributes.ts";
import { createBatchedReads, own } from "./batched-reads.ts";
import { isNothing } from "./is-nothing.ts";
import { pause, reasonOf, unlessAborted } from "./pause.ts";
import { Profiles } from "./profiles.ts";
import { type Answered, createTransport, type TransportOptions } from "./transport.ts";
import { isUnclear, type UserError, UsermetaError } from "./usermeta-error.ts";

export interface ClientOptions extends TransportOptions {
  /** How many profiles are kept; 10,000 when left out. Those that are subscribed to stay beyond that. */
  readonly profilesMax?: number;
  /** What holds for reads that do not say it themselves. */
  readonly maxAgeMs?: number;
  /** So long after each answer, ms, asks what has changed of all that is subscribed to; never when left out. */
  readonly refreshMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /**
   * What was read, or told by a write, so long ago at most is answered without asking, ms; the client's own when left
   * out, and 0 there.
   */
  readonly maxAgeMs?: number;
}

export interface SetOptions extends CallOptions {
  /** Only if this version is stored: `Profile.etag`. Refused with a `UsermetaError` of status 412 otherwise. */
  readonly ifMatch?: string;
  /** Only if nothing is stored. */
  readonly isFirst?: boolean;
}

export interface SetManyOptions extends CallOptions {
  /** All or nothing. */
  readonly isAtomic?: boolean;
  /** By user, the `lastModified` that must be stored. */
  readonly versions?: Readonly<Record<string, number>>;
}

export interface SetManyResult {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly errors: ReadonlyMap<string, UserError>;
}

export interface Limits {
  readonly limits: Readonly<Record<"userBytesMax" | "appBytesMax" | "batchMax" | "ratePerSecond", number>>;
  readonly used: { readonly appBytes?: number; readonly userBytes?: number };
  readonly rates: Readonly<Record<string, { readonly perSecond: number; readonly remaining: number }>>;
  readonly conflicts: "refuse" | "merge";
  /** Whether the server refuses an attribute `ext` that is not the text of a JSON object. */
  readonly checkExt: boolean;
}

/** An app's users on a usermeta server. Every call rejects with a `UsermetaError`, or with the signal's reason. */
export interface Client {
  /** What the server has stored now: asks for the version that is known, together with all other reads of this turn. */
  get(user: string, options?: ReadOptions): Promise<Profile>;
  /** The same for many, in order. */
  getMany(users: readonly string[], options?: ReadOptions): Promise<Profile[]>;
  /** What is known without asking: the same object until something changes. */
  peek(user: string): Profile | undefined;
  /** Calls whenever what is known of the user changes; the function returned ends it. */
  subscribe(user: string, listener: () => void): () => void;
  /** Adds, replaces and removes attributes; the profile as it is then. */
  set(user: string, changes: AttributePatch, options?: SetOptions): Promise<Profile>;
  /** Removes some attributes, or all. */
  remove(user: string, names?: readonly string[], options?: CallOptions): Promise<void>;
  /**
   * Changes what it has read, and nothing that another has changed since: the function is called again with what is
   * stored by then, until its changes can be stored.
   */
  update(
    user: string,
    change: (attributes: Attributes) => AttributePatch | Promise<AttributePatch>,
    options?: CallOptions,
  ): Promise<Profile>;
  /** Several users in one call, for admins; each succeeds or fails alone, unless it is atomic. */
  setMany(users: Readonly<Record<string, AttributePatch>>, options?: SetManyOptions): Promise<SetManyResult>;
  limits(options?: CallOptions): Promise<Limits>;
}

interface One {
  readonly data: Attributes;
  readonly lastModified: number;
}

interface Tagged {
  readonly attributes: Attributes;
  readonly etag: string;
  /** This, or something newer. */
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

export function createClient(options: ClientOptions): Client {
  const ask = createTransport(options);
  const profiles = new Profiles(options.profilesMax ?? 10_000);
  const read = createBatchedReads(ask, profiles);
  const { maxAgeMs: ownMaxAgeMs = 0, refreshMs = 0, tries = 5, patienceMs = 30_000 } = options;
  /** When each profile was last known to be the server's. */
  const askedAt = new WeakMap<Profile, number>();
  let refreshing: ReturnType<typeof setTimeout> | undefined;

  /** One call after the other: a server that is slow is not asked the more for it. */
  function refreshLater(): void {
    const timer = setTimeout(() => {
      const again = (): void => {
        if (refreshing === timer) refreshLater();
      };
      // What fails is tried again the next time.
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

  /** What is stored, with its tag, which what is known need not have. */
  async function readOne(user: string, signal: AbortSignal | undefined): Promise<Tagged> {
    const answer = await ask<One>({ method: "GET", path: pathOf(user), signal, isRepeatable: true });
    const { body, etag } = answer;
    // To store without a condition would be to overwrite.
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
      // With a condition a second try would be refused for the sake of the first.
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
      // The answer names no version, and reads that are under way may bring an older one. It is done, whatever comes now.
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
          // What was sent before may have come through after all, and a 412 does not say whose change is there.
          const present = await orThrow(readOne(user, signal), unclear.failure, signal);
          if (present.etag !== base.etag) {
            // Where nothing is left to change it is as if it had been carried out just now.
            if (isNothing(await change(present.attributes), present.attributes)) return present.profile;
            throw unclear.failure;
          }
          // It has not been carried out, and if it still is, the next one is not: both are tied to this version.
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
    // As the server says it.
    const error = { error: "illegal_argument", error_description: `the user ${user} is named twice` };
    if (byUser.has(user)) throw new UsermetaError(400, error);
    byUser.set(user, value);
  }
  return Object.fromEntries(byUser);
}

/** Of a call that only finds out what has become of another: what that one failed with, should it fail itself. */
async function orThrow<T>(call: Promise<T>, failure: unknown, signal: AbortSignal | undefined): Promise<T> {
  return await call.catch(() => {
    throw signal?.aborted ? reasonOf(signal) : failure;
  });
}
