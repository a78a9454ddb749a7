import { permit } from "../access.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { andThen } from "../async/and-then.ts";
import { paceBy } from "../async/pace.ts";
import { type Authorised, endedRefusal } from "../authority.ts";
import { type Caller, type Dialect, type UserName, userName } from "../model.ts";
import type { AttributeStore, StoredAttributes, StoredVersion } from "../ports/attribute-store.ts";
import type { MaybePromise } from "../ports/maybe-promise.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Timers } from "../ports/system/timers.ts";
import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { illegal, Refusal } from "../refusals.ts";
import { createAttributeWrites, type ReserveAnswer } from "./attribute-writes.ts";
import { type AttributePatch, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { type CopiedMetadata, createBatchReads, type ManyMetadata, type WantedMetadata } from "./batch-reads.ts";
import { type BatchWritten, createBatchWrites, type UserChanges } from "./batch-writes.ts";
import { extRefused } from "./ext-refused.ts";
import { allHold, holds, type Precondition } from "./preconditions.ts";

/** The caller already has the stored version; its attributes were not read. */
export interface Unchanged {
  readonly unchanged: StoredVersion;
}

/** Usage in bytes, as far as the caller may know it. */
export interface UsedBytes {
  /** Of all users of the app together. */
  readonly app?: number;
  /** Of the calling user. */
  readonly user?: number;
}

/**
 * The operations of the specification and docs/EXTENSIONS.md. A target is undefined if the path holds no legal
 * username. Operations that the caller may not do are refused with `not_permitted` (a get with `read_not_permitted`):
 * see access.ts.
 */
export interface Metadata {
  /** Merges `changes` into the attributes and returns the result. See `AttributeWrites.change` for refusals. */
  set(
    resolved: ResolvedApp,
    by: Authorised,
    target: UserName | undefined,
    changes: AttributePatch,
    preconditions: readonly Precondition[],
    reserve?: ReserveAnswer,
  ): Promise<StoredAttributes>;
  /**
   * Sets several users, for admins. Refuses with `batch_too_large` above the app's `batchMax`.
   * @param allOrNothing if one user cannot be changed, changes none and refuses with `batch_refused`
   */
  setMany(
    resolved: ResolvedApp,
    by: Authorised,
    wanted: readonly UserChanges[],
    allOrNothing: boolean,
    reserve?: ReserveAnswer,
  ): Promise<BatchWritten>;
  /** Undefined: no such user, in a dialect that does not refuse this with `get_user_unknown`. */
  get(
    resolved: ResolvedApp,
    caller: Caller,
    target: UserName | undefined,
    preconditions: readonly Precondition[],
  ): MaybePromise<StoredAttributes | Unchanged | undefined>;
  getMany(resolved: ResolvedApp, caller: Caller, wanted: WantedMetadata): Promise<ManyMetadata>;
  /** As `getMany`, with the same refusals, for an answer that is copied from cached bytes; see `BatchReads.copied`. */
  copyMany(resolved: ResolvedApp, caller: Caller, wanted: WantedMetadata): CopiedMetadata | undefined;
  /** Removes all attributes. Succeeds even if there are none, and never fails with a conflict. */
  remove(
    resolved: ResolvedApp,
    by: Authorised,
    target: UserName | undefined,
    preconditions: readonly Precondition[],
  ): Promise<void>;
  /** As `remove`, for some keys. Returns the remaining attributes; undefined: no such user. */
  removeKeys(
    resolved: ResolvedApp,
    by: Authorised,
    target: UserName | undefined,
    keys: readonly string[],
    preconditions: readonly Precondition[],
  ): Promise<StoredAttributes | undefined>;
  /** Total size of all attributes of the app, bytes (the specification § Get the total size). */
  capacity(resolved: ResolvedApp, caller: Caller): Promise<number>;
  /** The usage that the caller's limits apply to. */
  used(resolved: ResolvedApp, caller: Caller): Promise<UsedBytes>;
}

interface MetadataNeeds {
  readonly store: AttributeStore;
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
      (stored) => checkedForRead(stored, preconditions) ?? stored ?? unknownUser(access.dialect),
    );
  }

  /** Undefined: no such user, and the preconditions allow that. */
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

  async function checkExt(changes: AttributePatch): Promise<void> {
    const refused = await extRefused(changes, paceBy({ clock, yieldToEventLoop }));
    if (refused !== undefined) throw new Refusal(refused);
  }

  async function withExtChecked(wanted: readonly UserChanges[]): Promise<readonly UserChanges[]> {
    const pace = paceBy({ clock, yieldToEventLoop });
    const checked: UserChanges[] = [];
    for (const each of wanted) {
      checked.push({ ...each, refused: each.refused ?? (await extRefused(each.changes, pace)) });
    }
    return checked;
  }

  function permitMany({ limits: { batchMax }, access }: ResolvedApp, caller: Caller, wanted: WantedMetadata): void {
    permit("getManyMetadata", caller, undefined, access);
    if (wanted.targets.length + wanted.known.spellings.length > batchMax)
      throw new Refusal({ code: "batch_too_large", batchMax });
  }

  return {
    async set(resolved, by, target, changes, preconditions, reserve) {
      permit("setMetadata", by.caller, target, resolved.access);
      // Before the store is read: an invalid request gets 400 whatever is stored.
      if (resolved.app.checkExt) await checkExt(changes);
      if (target === undefined) throw new Refusal({ code: "set_user_unknown" });
      // A caller with a condition wants to know whether it holds, not whether another write came first.
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
      refuseDuplicates(wanted);
      const checked = resolved.app.checkExt ? await withExtChecked(wanted) : wanted;
      return await batches.change(resolved, by, checked, allOrNothing, reserve);
    },

    get(resolved, caller, target, preconditions) {
      permit("getMetadata", caller, target, resolved.access);
      if (target === undefined) return unknownUser(resolved.access.dialect);
      if (preconditions.length === 0) return read(resolved, target, preconditions);
      // The version alone may decide, without reading the attributes. If not, check again: it may change in between.
      return andThen(
        store.version(resolved.app.number, target),
        (version) => checkedForRead(version, preconditions) ?? read(resolved, target, preconditions),
      );
    },

    async getMany(resolved, caller, wanted) {
      permitMany(resolved, caller, wanted);
      return await reads.read(resolved.app.number, wanted, resolved.limits.userBytesMax);
    },

    copyMany(resolved, caller, wanted) {
      permitMany(resolved, caller, wanted);
      return reads.copied(resolved.app.number, wanted, resolved.limits.userBytesMax);
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

/** Undefined: the conditions hold, and the read returns the stored attributes. Refuses with `precondition_failed`. */
function checkedForRead(
  stored: StoredVersion | undefined,
  preconditions: readonly Precondition[],
): Unchanged | undefined {
  const failed = preconditions.find((precondition) => !holds(precondition, stored));
  if (failed === undefined) return undefined;
  if (failed.kind === "is_not" && stored !== undefined) return { unchanged: stored };
  throw preconditionFailedOf(stored);
}

/** For calls that name no attributes. */
function preconditionFailedOf(stored: StoredVersion | undefined): Refusal {
  return new Refusal({ code: "precondition_failed", stored, differingJson: NO_ATTRIBUTES_JSON });
}

/** The result of reading a user that does not exist (docs/PROTOCOL.md § Readings). */
function unknownUser(dialect: Dialect): undefined {
  if (dialect === "2021") throw new Refusal({ code: "get_user_unknown" });
  return undefined;
}

/** Refuses two spellings of one user (400): the response would have two results for one change. */
function refuseDuplicates(wanted: readonly UserChanges[]): void {
  const seen = new Set<UserName>();
  for (const { spelling } of wanted) {
    const name = userName(spelling);
    if (name === undefined) continue;
    if (seen.has(name)) throw illegal(`the user ${name} is named twice`);
    seen.add(name);
  }
}
