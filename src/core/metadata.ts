import { permit } from "./access.ts";
import {
  attributesJson,
  type Changes,
  mergeAttributes,
  NO_ATTRIBUTES_JSON,
  parseAttributes,
  projectJson,
} from "./attributes.ts";
import { attributesBytes } from "./limits.ts";
import { type Caller, type UserName, userName } from "./model.ts";
import type { Clock, Store } from "./ports.ts";
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
  get(served: ServedApp, caller: Caller, target: UserName | undefined): Promise<MetadataAnswer>;
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

export function createMetadata({ store, clock }: { store: MetadataStore; clock: Clock }): Metadata {
  return {
    async set({ app, limits, access }, caller, target, changes) {
      permit("setMetadata", caller, target, access);
      const stored = target === undefined ? undefined : await store.attributes(app.number, target);
      if (target === undefined || stored === undefined) throw new Refusal({ code: "set_user_unknown" });

      const merged = mergeAttributes(parseAttributes(stored.json), changes);
      const json = attributesJson(merged);
      if (json === stored.json) return { json, modified: stored.modified };

      const bytes = attributesBytes(merged);
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
        modified,
        appBytesMax,
      });
      if (outcome === "conflict") throw new Refusal({ code: "set_conflict" });
      if (outcome === "full") throw new Refusal({ code: "app_bytes_exceeded", bytesMax: appBytesMax });
      return { json, modified };
    },

    async get({ app, access }, caller, target) {
      permit("getMetadata", caller, target, access);
      const stored = target === undefined ? undefined : await store.attributes(app.number, target);
      if (stored !== undefined) return stored;
      if (access.dialect === "2026") return { json: NO_ATTRIBUTES_JSON, modified: 0 };
      throw new Refusal({ code: "get_user_unknown" });
    },

    async getMany({ app, limits, access }, caller, targets, properties) {
      permit("getManyMetadata", caller, undefined, access);
      if (targets.length > limits.batchMax) throw new Refusal({ code: "batch_too_large", batchMax: limits.batchMax });
      const spellings: string[] = [];
      const names: UserName[] = [];
      for (const spelling of new Set(targets)) {
        const name = userName(spelling);
        if (name === undefined) continue;
        spellings.push(spelling);
        names.push(name);
      }
      const keys = properties === undefined || properties.length === 0 ? undefined : new Set(properties);
      const found: NamedMetadata[] = [];
      const stored = await store.attributesOf(app.number, names);
      for (const [index, name] of spellings.entries()) {
        const attributes = stored[index];
        if (attributes === undefined || attributes.json === NO_ATTRIBUTES_JSON) continue;
        const json = keys === undefined ? attributes.json : projectJson(attributes.json, keys);
        found.push({ name, json, modified: attributes.modified });
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
