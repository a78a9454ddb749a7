import { type UserName, userName } from "../model.ts";
import type { AttributeStore, StoredAttributes } from "../ports/attribute-store.ts";
import type { MemberSink } from "../ports/member-sink.ts";
import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { KEYS_UNPACED_MAX, type Projection, pacedProjection, projection } from "./projection.ts";

/** The users and keys of a batch read. */
export interface WantedMetadata {
  /** Users whose attributes the caller does not have. */
  readonly targets: readonly string[];
  readonly known: KnownMetadata;
  /** The keys wanted; undefined or none = all. */
  readonly properties: readonly string[] | undefined;
}

/**
 * Users whose attributes the caller already has, each once, and in the same order the time when that version was
 * written, ms since 1970.
 */
export interface KnownMetadata {
  readonly spellings: readonly string[];
  readonly modified: readonly number[];
}

export const NOTHING_KNOWN: KnownMetadata = { spellings: [], modified: [] };

/** One user of a batch, under the requested spelling. */
export interface NamedMetadata {
  readonly name: string;
  readonly json: string;
  /** When the attributes last changed, ms since 1970. */
  readonly modified: number;
}

/** Each requested user is in at most one of the lists, once for each spelling. */
export interface ManyMetadata {
  /**
   * The first part of the users to send: targets that have attributes, and known users whose stored version differs
   * from the caller's.
   */
  readonly found: readonly NamedMetadata[];
  /** Reads the next part of `found`; undefined at the end. Undefined itself if `found` is complete. */
  readonly more: (() => Promise<readonly NamedMetadata[] | undefined>) | undefined;
  /** Known users whose stored version is the caller's. */
  readonly unchanged: readonly string[];
  /** Known users that no longer exist. Complete only after the last part of `found` was read. */
  readonly removed: readonly string[];
}

/** Reads of several users (the specification § Get Users' Metadata; docs/EXTENSIONS.md). */
export interface BatchReads {
  /** @param userBytesMax size limit of a user's attributes, bytes; determines how many users are read at a time */
  read(app: number, wanted: WantedMetadata, userBytesMax: number): Promise<ManyMetadata>;
  /**
   * As `read`, for an answer that is copied from cached bytes. Undefined with `properties` or known users, and on
   * engines that cache no bytes.
   */
  copied(app: number, wanted: WantedMetadata, userBytesMax: number): CopiedMetadata | undefined;
}

/** A batch read whose answer is copied from cached bytes at the moment it is sent. */
export interface CopiedMetadata {
  /** Fills `into` synchronously. False if users are not cached, or the answer does not fit. */
  copy(into: MemberSink): boolean;
  /** Reads the users that `copy` did not find; then call `copy` again. False if they are too many to read at a time. */
  readMissing(): Promise<boolean>;
}

interface BatchReadsNeeds {
  readonly store: Pick<AttributeStore, "attributesOf" | "modifiedOf" | "copyAttributes">;
  readonly yieldToEventLoop: YieldToEventLoop;
}

/** Maximum number of users read together. */
const SLICE = 25;
/** A batch yields to the event loop each time it has read this much: about a millisecond's work. */
const BYTES_BETWEEN_YIELDS = 262_144;
/** Maximum size of a slice whose users all have as many attributes as the limit allows. */
const SLICE_BYTES_MAX = 1_048_576;
/** Characters of the response read ahead. The rest is read as the client takes it. */
const GATHERED_MAX = 262_144;

export function createBatchReads({ store, yieldToEventLoop }: BatchReadsNeeds): BatchReads {
  /** Compares versions, to read no attributes that the caller has. Any other version is sent, even an older one. */
  async function compare(app: number, { spellings, modified }: KnownMetadata): Promise<Compared> {
    const compared = nothingCompared();
    if (spellings.length === 0) return compared;
    const legal = noUsers();
    const seen: number[] = [];
    // By index: an iterator over a hundred entries costs more than the work on each.
    for (let index = 0; index < spellings.length; index++) {
      const spelling = spellings[index] ?? "";
      if (add(legal, spelling)) seen.push(modified[index] ?? 0);
      else compared.removed.push(spelling);
    }
    const stored = await store.modifiedOf(app, legal.names);
    for (let index = 0; index < seen.length; index++) {
      const spelling = legal.spellings[index] ?? "";
      if (stored[index] === undefined) compared.removed.push(spelling);
      else if (stored[index] === seen[index]) compared.unchanged.push(spelling);
      else add(compared.changed, spelling);
    }
    return compared;
  }

  async function projectionOf(keys: readonly string[]): Promise<Projection | undefined> {
    if (keys.length === 0) return undefined;
    return keys.length > KEYS_UNPACED_MAX ? await pacedProjection(keys, yieldToEventLoop) : projection(keys);
  }

  return {
    async read(app, { targets, known, properties }, userBytesMax) {
      const project = properties === undefined ? undefined : await projectionOf(properties);
      const { changed: asked, unchanged, removed } = await compare(app, known);
      const changedCount = asked.names.length;
      for (const spelling of new Set(targets)) add(asked, spelling);
      let at = 0;
      const sliceMax = usersWithin(SLICE_BYTES_MAX, userBytesMax);
      let slice = usersWithin(BYTES_BETWEEN_YIELDS, userBytesMax);

      async function gather(): Promise<readonly NamedMetadata[]> {
        const found: NamedMetadata[] = [];
        let gathered = 0;
        let lastSlice = 0;
        let bytes = 0;
        // A slice as large as the last one must still fit.
        while (at < asked.names.length && gathered + lastSlice <= GATHERED_MAX) {
          const from = at;
          const stored = await store.attributesOf(app, asked.names.slice(from, from + slice));
          at = from + stored.length;
          const before = gathered;
          let read = 0;
          for (const [index, attributes] of stored.entries()) {
            const name = asked.spellings[from + index] ?? "";
            const isKnown = from + index < changedCount;
            if (attributes === undefined) {
              if (isKnown) removed.push(name);
              continue;
            }
            if (attributes.bytes === 0 && !isKnown) continue;
            const json = project === undefined ? attributes.json : project(attributes.json);
            found.push({ name, json, modified: attributes.modified });
            gathered += json.length;
            read += attributes.bytes;
          }
          lastSlice = gathered - before;
          slice = Math.min(sliceMax, usersWithin(BYTES_BETWEEN_YIELDS, read / stored.length));
          bytes += read;
          if (bytes < BYTES_BETWEEN_YIELDS) continue;
          bytes = 0;
          await yieldToEventLoop();
        }
        return found;
      }

      const found = await gather();
      const isAll = (): boolean => at >= asked.names.length;
      const more = async (): Promise<readonly NamedMetadata[] | undefined> => {
        if (isAll()) return undefined;
        await yieldToEventLoop();
        return await gather();
      };
      return { found, unchanged, removed, more: isAll() ? undefined : more };
    },
    copied(app, { targets, known, properties }, userBytesMax) {
      const isWhole = known.spellings.length === 0 && (properties === undefined || properties.length === 0);
      if (store.copyAttributes === undefined || !isWhole) return undefined;
      const users = noUsers();
      for (const spelling of new Set(targets)) add(users, spelling);
      const { names, spellings } = users;
      let missing: readonly number[] | undefined = [];
      let read: ReadonlyMap<number, StoredAttributes | undefined> | undefined;
      return {
        copy(into) {
          into.clear();
          missing = store.copyAttributes?.(app, names, spellings, into, read);
          return missing?.length === 0;
        },
        async readMissing() {
          // After a first time, other copies were evicted or invalidated meanwhile.
          if (missing === undefined || read !== undefined || missing.length * userBytesMax > SLICE_BYTES_MAX)
            return false;
          const places = missing;
          const stored = await store.attributesOf(
            app,
            places.flatMap((place) => names[place] ?? []),
          );
          read = new Map(places.map((place, index) => [place, stored[index]]));
          return true;
        },
      };
    },
  };
}

/** How many users of this size are read together. */
function usersWithin(bytes: number, userBytes: number): number {
  return Math.min(SLICE, Math.max(1, Math.floor(bytes / Math.max(1, userBytes))));
}

/** Spellings of legal usernames, and in the same order the names they fold to. */
interface Users {
  readonly spellings: string[];
  readonly names: UserName[];
}

interface Compared {
  readonly changed: Users;
  readonly unchanged: string[];
  readonly removed: string[];
}

function noUsers(): Users {
  return { spellings: [], names: [] };
}

function nothingCompared(): Compared {
  return { changed: noUsers(), unchanged: [], removed: [] };
}

/** False: the spelling is not a legal username. */
function add({ spellings, names }: Users, spelling: string): boolean {
  const name = userName(spelling);
  if (name === undefined) return false;
  spellings.push(spelling);
  names.push(name);
  return true;
}
