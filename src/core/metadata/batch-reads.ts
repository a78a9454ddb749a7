import { type UserName, userName } from "../model.ts";
import type { Store, YieldToEventLoop } from "../ports.ts";
import { MADE_AT_ONCE, type Projection, pacedProjection, projection } from "./projection.ts";

/** What a batch read asks for. */
export interface WantedMetadata {
  /** Users of whom the caller has nothing. */
  readonly targets: readonly string[];
  readonly known: KnownMetadata;
  /** The keys wanted; undefined or none = all. */
  readonly properties: readonly string[] | undefined;
}

/** Users of whom the caller has attributes, each once, and when these were last changed, ms, in the same order. */
export interface KnownMetadata {
  readonly spellings: readonly string[];
  readonly modified: readonly number[];
}

export const NOTHING_KNOWN: KnownMetadata = { spellings: [], modified: [] };

/** One user of a batch, under the spelling that was asked for. */
export interface NamedMetadata {
  readonly name: string;
  readonly json: string;
  /** When they last changed, ms. */
  readonly modified: number;
}

/** Every user that was asked for is in one list at most, under each spelling once. */
export interface ManyMetadata {
  /** Those that have attributes, and those that have others, or none, than the caller knows; the first of them. */
  readonly found: readonly NamedMetadata[];
  /** The next of `found`, read when it is called; undefined at the end. Not there where `found` is all. */
  readonly more: (() => Promise<readonly NamedMetadata[] | undefined>) | undefined;
  /** Those of which the caller has what is stored. */
  readonly unchanged: readonly string[];
  /** Those whom the caller knows and who are no more; all of them once there is no more. */
  readonly removed: readonly string[];
}

/** Reads of several users (user-metadata.md § Get Users' Metadata; docs/EXTENSIONS.md). */
export interface BatchReads {
  /** @param userBytesMax what a user's attributes may hold: so little is read at a time that it is never much */
  read(app: number, wanted: WantedMetadata, userBytesMax: number): Promise<ManyMetadata>;
}

interface BatchReadsNeeds {
  readonly store: Pick<Store, "attributesOf" | "modifiedOf">;
  readonly yieldToEventLoop: YieldToEventLoop;
}

/** Users that are read together, at most. */
const SLICE = 25;
/** So much a batch may read before all others have had their turn: about a millisecond's work. */
const BYTES_PER_TURN = 262_144;
/** What a slice may come to if all of its users are as large as they may be. */
const SLICE_BYTES_MAX = 1_048_576;
/** So much of an answer, in characters, is gathered before the rest is left to be read as its client takes it. */
const GATHERED_MAX = 262_144;

export function createBatchReads({ store, yieldToEventLoop }: BatchReadsNeeds): BatchReads {
  /** Compares versions, so that no attributes are read that the caller has. Another version is news, also an older one. */
  async function compare(app: number, { spellings, modified }: KnownMetadata): Promise<Compared> {
    const compared = nothingCompared();
    if (spellings.length === 0) return compared;
    const legal = noUsers();
    const seen: number[] = [];
    // By their places: an iterator of a hundred entries costs more than what is done with each.
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
    return keys.length > MADE_AT_ONCE ? await pacedProjection(keys, yieldToEventLoop) : projection(keys);
  }

  return {
    async read(app, { targets, known, properties }, userBytesMax) {
      const project = properties === undefined ? undefined : await projectionOf(properties);
      const { changed: asked, unchanged, removed } = await compare(app, known);
      const changedCount = asked.names.length;
      for (const spelling of new Set(targets)) add(asked, spelling);
      let at = 0;
      const sliceMax = usersWithin(SLICE_BYTES_MAX, userBytesMax);
      let slice = usersWithin(BYTES_PER_TURN, userBytesMax);

      async function gather(): Promise<readonly NamedMetadata[]> {
        const found: NamedMetadata[] = [];
        let gathered = 0;
        let lastSlice = 0;
        let bytes = 0;
        // As much again as the last slice brought must still fit.
        while (at < asked.names.length && gathered + lastSlice <= GATHERED_MAX) {
          const from = at;
          const stored = await store.attributesOf(app, asked.names.slice(from, from + slice));
          at = from + stored.length;
          const before = gathered;
          let read = 0;
          for (const [place, attributes] of stored.entries()) {
            const name = asked.spellings[from + place] ?? "";
            const isKnown = from + place < changedCount;
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
          slice = Math.min(sliceMax, usersWithin(BYTES_PER_TURN, read / stored.length));
          bytes += read;
          if (bytes < BYTES_PER_TURN) continue;
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
  };
}

/** How many users of that size are read together. */
function usersWithin(bytes: number, userBytes: number): number {
  return Math.min(SLICE, Math.max(1, Math.floor(bytes / Math.max(1, userBytes))));
}

/** Spellings that can be users, and the names that they stand for, in the same order. */
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

/** False: it can be no user's. */
function add({ spellings, names }: Users, spelling: string): boolean {
  const name = userName(spelling);
  if (name === undefined) return false;
  spellings.push(spelling);
  names.push(name);
  return true;
}
