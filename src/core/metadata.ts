import { permit } from "./access.ts";
import { andThen } from "./and-then.ts";
import { type Changes, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { mergedJson } from "./merged-json.ts";
import { type Caller, type Dialect, type UserName, userName } from "./model.ts";
import type { Clock, Eventually, Store, Turns } from "./ports.ts";
import { projection } from "./projection.ts";
import { Refusal } from "./refusals.ts";
import type { ServedApp } from "./registry.ts";

/** A user's attributes as an answer carries them. */
export interface MetadataAnswer {
  readonly json: string;
  /** When they last changed, ms. */
  readonly modified: number;
}

/** One user of a batch read, under the spelling that was asked for. */
export interface NamedMetadata extends MetadataAnswer {
  readonly name: string;
}

/** The five calls of user-metadata.md. A target is undefined when the path holds no legal username. */
export interface Metadata {
  /** Merges `changes` into the attributes and answers all of them as they are then. */
  set(served: ServedApp, caller: Caller, target: UserName | undefined, changes: Changes): Promise<MetadataAnswer>;
  get(served: ServedApp, caller: Caller, target: UserName | undefined): Eventually<MetadataAnswer>;
  /**
   * The users that have attributes, in the order asked for, each spelling once.
   * @param properties the keys wanted; undefined or none = all
   */
  getMany(
    served: ServedApp,
    caller: Caller,
    targets: readonly string[],
    properties: readonly string[] | undefined,
  ): Promise<NamedMetadata[]>;
  /** Succeeds also where there is nothing to remove. */
  remove(served: ServedApp, caller: Caller, target: UserName | undefined): Promise<void>;
  /** Σ bytes of the app. */
  capacity(served: ServedApp, caller: Caller): Promise<number>;
}

type MetadataStore = Pick<Store, "attributes" | "attributesOf" | "writeAttributes" | "clearAttributes" | "usage">;

interface MetadataNeeds {
  readonly store: MetadataStore;
  readonly clock: Clock;
  readonly turns: Turns;
}

/** Users that are read together. Those of the largest size are several milliseconds' work. */
const SLICE = 25;
/** So much a batch may read before all others have had their turn: about a millisecond's work. */
const BYTES_PER_TURN = 262_144;

export function createMetadata({ store, clock, turns }: MetadataNeeds): Metadata {
  return {
    async set({ app, limits, access }, caller, target, changes) {
      permit("setMetadata", caller, target, access);
      const stored = target === undefined ? undefined : await store.attributes(app.number, target);
      if (target === undefined || stored === undefined) throw new Refusal({ code: "set_user_unknown" });

      const merged = mergedJson(stored, changes);
      if (merged === stored) return stored;

      const { json, bytes } = merged;
      // A lowered limit must not lock users out of making their attributes smaller.
      if (bytes > limits.userBytesMax && bytes > stored.bytes) {
        throw new Refusal({ code: "user_bytes_exceeded", bytesMax: limits.userBytesMax });
      }
      const modified = Math.max(clock.now(), stored.modified + 1);
      const { userId, version } = stored;
      const { appBytesMax } = limits;
      const outcome = await store.writeAttributes({
        app: app.number,
        name: target,
        userId,
        version,
        json,
        bytes,
        growth: bytes - stored.bytes,
        modified,
        appBytesMax,
      });
      if (outcome === "conflict") throw new Refusal({ code: "set_conflict" });
      if (outcome === "full") throw new Refusal({ code: "app_bytes_exceeded", bytesMax: appBytesMax });
      return { json, modified };
    },

    get({ app, access }, caller, target) {
      permit("getMetadata", caller, target, access);
      const stored = target === undefined ? undefined : store.attributes(app.number, target);
      return andThen(stored, (found) => found ?? answerUnknown(access.dialect));
    },

    async getMany({ app, limits, access }, caller, targets, properties) {
      permit("getManyMetadata", caller, undefined, access);
      if (targets.length > limits.batchMax) throw new Refusal({ code: "batch_too_large", batchMax: limits.batchMax });
      const project = properties === undefined || properties.length === 0 ? undefined : projection(properties);
      const { spellings, names } = legalNames(targets);
      const found: NamedMetadata[] = [];
      let bytes = 0;
      for (let from = 0; from < names.length; from += SLICE) {
        const stored = await store.attributesOf(app.number, names.slice(from, from + SLICE));
        for (const [index, attributes] of stored.entries()) {
          if (attributes === undefined || attributes.json === NO_ATTRIBUTES_JSON) continue;
          const json = project === undefined ? attributes.json : project(attributes.json);
          found.push({ name: spellings[from + index] ?? "", json, modified: attributes.modified });
          bytes += attributes.bytes;
        }
        if (bytes < BYTES_PER_TURN) continue;
        bytes = 0;
        await turns.next();
      }
      return found;
    },

    async remove({ app, access }, caller, target) {
      permit("removeMetadata", caller, target, access);
      if (target !== undefined) await store.clearAttributes(app.number, target, clock.now());
    },

    async capacity({ app, access }, caller) {
      permit("capacity", caller, undefined, access);
      return await store.usage(app.number);
    },
  };
}

/** A read of a user who is not there (protocol.md § 8). */
function answerUnknown(dialect: Dialect): MetadataAnswer {
  if (dialect === "2026") return { json: NO_ATTRIBUTES_JSON, modified: 0 };
  throw new Refusal({ code: "get_user_unknown" });
}

/** Those of the targets that can be users, each spelling once, and their names. */
function legalNames(targets: readonly string[]): { spellings: string[]; names: UserName[] } {
  const spellings: string[] = [];
  const names: UserName[] = [];
  for (const spelling of new Set(targets)) {
    const name = userName(spelling);
    if (name === undefined) continue;
    spellings.push(spelling);
    names.push(name);
  }
  return { spellings, names };
}
