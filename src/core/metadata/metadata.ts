import { permit } from "../access.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { andThen } from "../async/and-then.ts";
import { paceBy } from "../async/pace.ts";
import { type Authorised, endedRefusal } from "../authority.ts";
import { type Caller, type Dialect, type UserName, userName } from "../model.ts";
import type {
  Clock,
  MaybePromise,
  Store,
  StoredAttributes,
  StoredVersion,
  Timers,
  YieldToEventLoop,
} from "../ports.ts";
import { illegal, Refusal } from "../refusals.ts";
import { createAttributeWrites, type ReserveAnswer } from "./attribute-writes.ts";
import { type AttributePatch, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { createBatchReads, type ManyMetadata, type WantedMetadata } from "./batch-reads.ts";
import { type BatchWritten, createBatchWrites, type UserChanges } from "./batch-writes.ts";
import { extRefused } from "./ext-refused.ts";
import { allHold, holds, type Precondition } from "./preconditions.ts";

/** The caller has what is stored already, and was spared the reading of it. */
export interface Unchanged {
  readonly unchanged: StoredVersion;
}

/** Bytes; only what the caller may know. */
export interface UsedBytes {
  /** By all users of the app. */
  readonly app?: number;
  /** By the calling user. */
  readonly user?: number;
}

/**
 * The calls of user-metadata.md, and those of docs/EXTENSIONS.md beside them. A target is undefined when the path holds
 * no legal username.
 */
export interface Metadata {
  /** Merges `changes` into the attributes and answers all of them as they are then. */
  set(
    resolved: ResolvedApp,
    by: Authorised,
    target: UserName | undefined,
    changes: AttributePatch,
    preconditions: readonly Precondition[],
    reserve?: ReserveAnswer,
  ): Promise<StoredAttributes>;
  /**
   * Several users at once, for admins.
   * @param allOrNothing refuses with `batch_refused` when one of them cannot be changed, and then changes none
   */
  setMany(
    resolved: ResolvedApp,
    by: Authorised,
    wanted: readonly UserChanges[],
    allOrNothing: boolean,
    reserve?: ReserveAnswer,
  ): Promise<BatchWritten>;
  /** Undefined: an unknown user, where the dialect does not refuse that. */
  get(
    resolved: ResolvedApp,
    caller: Caller,
    target: UserName | undefined,
    preconditions: readonly Precondition[],
  ): MaybePromise<StoredAttributes | Unchanged | undefined>;
  getMany(resolved: ResolvedApp, caller: Caller, wanted: WantedMetadata): Promise<ManyMetadata>;
  /** Succeeds also where there is nothing to remove, and is never overtaken. */
  remove(
    resolved: ResolvedApp,
    by: Authorised,
    target: UserName | undefined,
    preconditions: readonly Precondition[],
  ): Promise<void>;
  /** The same for some keys; what is left, or undefined where there is no such user. */
  removeKeys(
    resolved: ResolvedApp,
    by: Authorised,
    target: UserName | undefined,
    keys: readonly string[],
    preconditions: readonly Precondition[],
  ): Promise<StoredAttributes | undefined>;
  /** Σ bytes of the app. */
  capacity(resolved: ResolvedApp, caller: Caller): Promise<number>;
  /** What the caller's limits are held against. */
  used(resolved: ResolvedApp, caller: Caller): Promise<UsedBytes>;
}

type MetadataStore = Pick<
  Store,
  | "attributes"
  | "attributesOf"
  | "version"
  | "modifiedOf"
  | "writeAttributes"
  | "writeAttributesOf"
  | "clearAttributes"
  | "usage"
>;

interface MetadataNeeds {
  readonly store: MetadataStore;
  readonly clock: Clock;
  readonly yieldToEventLoop: YieldToEventLoop;
  readonly timers: Timers;
}

export function createMetadata({ store, clock, yieldToEventLoop, timers }: MetadataNeeds): Metadata {
  const writes = createAttributeWrites({ store, clock, yieldToEventLoop, timers });
  const batches = createBatchWrites({ store, clock, yieldToEventLoop, timers });
  const reads = createBatchReads({ store, yieldToEventLoop });

  function read(
    { app, access }: ResolvedApp,
    name: UserName,
    preconditions: readonly Precondition[],
  ): MaybePromise<StoredAttributes | Unchanged | undefined> {
    return andThen(
      store.attributes(app.number, name),
      (stored) => judged(stored, preconditions) ?? stored ?? answerUnknown(access.dialect),
    );
  }

  /** Undefined: no such user, and the preconditions take that. */
  async function removed(
    resolved: ResolvedApp,
    by: Authorised,
    name: UserName | undefined,
    changes: AttributePatch | "all removed",
    preconditions: readonly Precondition[],
  ): Promise<StoredAttributes | undefined> {
    if (name !== undefined) {
      return await writes.change({ resolved, by, name, changes, preconditions, onConflict: "retry" });
    }
    if (!allHold(preconditions, undefined)) throw preconditionFailedOf(undefined);
    return undefined;
  }

  async function requireExt(changes: AttributePatch): Promise<void> {
    const refused = await extRefused(changes, paceBy({ clock, yieldToEventLoop }));
    if (refused !== undefined) throw new Refusal(refused);
  }

  async function withExtJudged(wanted: readonly UserChanges[]): Promise<readonly UserChanges[]> {
    const pace = paceBy({ clock, yieldToEventLoop });
    const judged: UserChanges[] = [];
    for (const each of wanted) {
      judged.push({ ...each, refused: each.refused ?? (await extRefused(each.changes, pace)) });
    }
    return judged;
  }

  return {
    async set(resolved, by, target, changes, preconditions, reserve) {
      permit("setMetadata", by.caller, target, resolved.access);
      // Before the store is asked: a request that makes no sense is a 400 whatever is stored.
      if (resolved.app.checkExt) await requireExt(changes);
      if (target === undefined) throw new Refusal({ code: "set_user_unknown" });
      // Whoever has named a condition wants to know whether it holds, and not who else was there.
      const onConflict = resolved.app.conflicts === "merge" || preconditions.length > 0 ? "retry" : "fail";
      const wanted = { resolved, by, name: target, changes, preconditions, onConflict, reserve } as const;
      const stored = await writes.change(wanted);
      if (stored === undefined) throw new Refusal({ code: "set_user_unknown" });
      return stored;
    },

    async setMany(resolved, by, wanted, allOrNothing, reserve) {
      permit("setManyMetadata", by.caller, undefined, resolved.access);
      const { batchMax } = resolved.limits;
      if (wanted.length > batchMax) throw new Refusal({ code: "batch_too_large", batchMax });
      refuseTwice(wanted);
      const judged = resolved.app.checkExt ? await withExtJudged(wanted) : wanted;
      return await batches.change(resolved, by, judged, allOrNothing, reserve);
    },

    get(resolved, caller, target, preconditions) {
      permit("getMetadata", caller, target, resolved.access);
      if (target === undefined) return answerUnknown(resolved.access.dialect);
      if (preconditions.length === 0) return read(resolved, target, preconditions);
      // The version alone may spare the reading of the attributes, and may be another by the time they are read.
      return andThen(
        store.version(resolved.app.number, target),
        (version) => judged(version, preconditions) ?? read(resolved, target, preconditions),
      );
    },

    async getMany({ app, limits, access }, caller, wanted) {
      permit("getManyMetadata", caller, undefined, access);
      const { batchMax } = limits;
      if (wanted.targets.length + wanted.known.spellings.length > batchMax)
        throw new Refusal({ code: "batch_too_large", batchMax });
      return await reads.read(app.number, wanted, limits.userBytesMax);
    },

    async remove(resolved, by, target, preconditions) {
      permit("removeMetadata", by.caller, target, resolved.access);
      if (preconditions.length > 0) {
        await removed(resolved, by, target, "all removed", preconditions);
        return;
      }
      if (target === undefined) return;
      const version = await store.version(resolved.app.number, target, "write");
      if (version === undefined || version.bytes === 0) return;
      const cleared = await store.clearAttributes(resolved.app.number, target, clock.now(), by.authority);
      if (cleared === "unauthorised") throw endedRefusal(by);
    },

    async removeKeys(resolved, by, target, keys, preconditions) {
      permit("removeMetadata", by.caller, target, resolved.access);
      return await removed(resolved, by, target, new Map(keys.map((key) => [key, ""])), preconditions);
    },

    async capacity({ app, access }, caller) {
      permit("capacity", caller, undefined, access);
      return await store.usage(app.number);
    },

    async used(resolved, caller) {
      permit("readLimits", caller, undefined, resolved.access);
      if (caller.kind === "admin") return { app: await store.usage(resolved.app.number) };
      if (caller.kind !== "user") return {};
      return { user: (await store.version(resolved.app.number, caller.name))?.bytes ?? 0 };
    },
  };
}

/** Undefined: a read on these conditions is to be answered with what is stored. */
function judged(stored: StoredVersion | undefined, preconditions: readonly Precondition[]): Unchanged | undefined {
  const failed = preconditions.find((precondition) => !holds(precondition, stored));
  if (failed === undefined) return undefined;
  if (failed.kind === "is_not" && stored !== undefined) return { unchanged: stored };
  throw preconditionFailedOf(stored);
}

/** Where the caller names no attributes. */
function preconditionFailedOf(stored: StoredVersion | undefined): Refusal {
  return new Refusal({ code: "precondition_failed", stored, differingJson: NO_ATTRIBUTES_JSON });
}

/** A read of a user who is not there (protocol.md § 8). */
function answerUnknown(dialect: Dialect): undefined {
  if (dialect === "2021") throw new Refusal({ code: "get_user_unknown" });
  return undefined;
}

/** Two spellings of one user would be two results for one change. */
function refuseTwice(wanted: readonly UserChanges[]): void {
  const seen = new Set<UserName>();
  for (const { spelling } of wanted) {
    const name = userName(spelling);
    if (name === undefined) continue;
    if (seen.has(name)) throw illegal(`the user ${name} is named twice`);
    seen.add(name);
  }
}
