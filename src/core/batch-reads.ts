import { type UserName, userName } from "./model.ts";
import type { Store, StoredVersion, Turns } from "./ports.ts";
import { projection } from "./projection.ts";

/** What a batch read asks for. */
export interface WantedMetadata {
  readonly targets: readonly string[];
  /** The keys wanted; undefined or none = all. */
  readonly properties: readonly string[] | undefined;
  /** When the attributes that the caller has were last changed, by the spelling of a target; ms. */
  readonly known: ReadonlyMap<string, number>;
}

/** One user of a batch read, under the spelling that was asked for. */
export interface NamedMetadata {
  readonly name: string;
  readonly json: string;
  /** When they last changed, ms. */
  readonly modified: number;
}

/** Every user that was asked for is in one list at most, under each spelling once, in the order asked for. */
export interface ManyMetadata {
  /** Those that have attributes, and those that have others, or none, than the caller knows. */
  readonly found: readonly NamedMetadata[];
  /** Those of which the caller has what is stored. */
  readonly unchanged: readonly string[];
  /** Those whom the caller knows and who are no more. */
  readonly removed: readonly string[];
}

/** Reads of several users (user-metadata.md § Get Users' Metadata; docs/VERSIONS.md). */
export interface BatchReads {
  read(app: number, wanted: WantedMetadata): Promise<ManyMetadata>;
}

interface BatchReadsNeeds {
  readonly store: Pick<Store, "attributesOf" | "versionsOf">;
  readonly turns: Turns;
}

/** Users that are read together. Those of the largest size are several milliseconds' work. */
const SLICE = 25;
/** So much a batch may read before all others have had their turn: about a millisecond's work. */
const BYTES_PER_TURN = 262_144;

export function createBatchReads({ store, turns }: BatchReadsNeeds): BatchReads {
  return {
    async read(app, { targets, properties, known }) {
      const project = properties === undefined || properties.length === 0 ? undefined : projection(properties);
      const { spellings, names, unchanged, removed } = await leftToRead(store, app, legalNames(targets, known), known);
      const found: NamedMetadata[] = [];
      let bytes = 0;
      for (let from = 0; from < names.length; from += SLICE) {
        const stored = await store.attributesOf(app, names.slice(from, from + SLICE));
        for (const [index, attributes] of stored.entries()) {
          const name = spellings[from + index] ?? "";
          if (attributes === undefined) {
            if (known.has(name)) removed.push(name);
            continue;
          }
          if (attributes.bytes === 0 && !known.has(name)) continue;
          const json = project === undefined ? attributes.json : project(attributes.json);
          found.push({ name, json, modified: attributes.modified });
          bytes += attributes.bytes;
        }
        if (bytes < BYTES_PER_TURN) continue;
        bytes = 0;
        await turns.next();
      }
      return { found, unchanged, removed };
    },
  };
}

interface LegalNames {
  readonly spellings: readonly string[];
  /** One for each spelling. */
  readonly names: readonly UserName[];
  /** Spellings of users that are known to the caller and cannot be. */
  readonly removed: string[];
}

/** Those of the targets that can be users, each spelling once, and their names. */
function legalNames(targets: readonly string[], known: ReadonlyMap<string, number>): LegalNames {
  const spellings: string[] = [];
  const names: UserName[] = [];
  const removed: string[] = [];
  for (const spelling of new Set(targets)) {
    const name = userName(spelling);
    if (name === undefined) {
      if (known.has(spelling)) removed.push(spelling);
      continue;
    }
    spellings.push(spelling);
    names.push(name);
  }
  return { spellings, names, removed };
}

interface LeftToRead extends LegalNames {
  readonly unchanged: readonly string[];
}

/** Compares versions first, so that nothing is read of what the caller has. Another version is news, also an older one. */
async function leftToRead(
  store: Pick<Store, "versionsOf">,
  app: number,
  legal: LegalNames,
  known: ReadonlyMap<string, number>,
): Promise<LeftToRead> {
  if (known.size === 0) return { ...legal, unchanged: [] };
  const asked = legal.names.filter((_, index) => known.has(legal.spellings[index] ?? ""));
  const versions = new Map<UserName, StoredVersion | undefined>();
  for (const [index, version] of (await store.versionsOf(app, asked)).entries()) {
    const name = asked[index];
    if (name !== undefined) versions.set(name, version);
  }
  const unchanged: string[] = [];
  const spellings: string[] = [];
  const names: UserName[] = [];
  const removed = [...legal.removed];
  for (const [index, name] of legal.names.entries()) {
    const spelling = legal.spellings[index] ?? "";
    const modified = known.get(spelling);
    const version = versions.get(name);
    if (modified !== undefined && version?.modified === modified) unchanged.push(spelling);
    else if (modified !== undefined && version === undefined) removed.push(spelling);
    else {
      spellings.push(spelling);
      names.push(name);
    }
  }
  return { spellings, names, removed, unchanged };
}
