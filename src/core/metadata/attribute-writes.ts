import { isAllowed, relationOf } from "../access.ts";
import { account } from "../admission/asker.ts";
import { createKeyedMutex } from "../admission/keyed-mutex.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { paceBy } from "../async/pace.ts";
import { type Authorised, endedRefusal } from "../authority.ts";
import { StoreFailure } from "../faults/store-failure.ts";
import type { Caller, UserName } from "../model.ts";
import type { AttributeStore, AttributesWrite, StoredAttributes } from "../ports/attribute-store.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Timers } from "../ports/system/timers.ts";
import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { Refusal, type Refused } from "../refusals.ts";
import { type AttributePatch, EMPTY_PATCH, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { KEYS_UNPACED_MAX, mergedJson, pacedMerge, type SizedJson } from "./merged-json.ts";
import { allHold, type Precondition, preconditionFailed } from "./preconditions.ts";
import { written } from "./written.ts";

/** Reserves memory for the response, in bytes, before anything is stored. Refuses with `busy`. */
export type ReserveAnswer = (bytes: number) => void;

/** A requested change of one user's attributes. */
export interface WantedChange {
  readonly resolved: ResolvedApp;
  readonly by: Authorised;
  readonly name: UserName;
  /** "all removed": removes every attribute. */
  readonly changes: AttributePatch | "all removed";
  readonly preconditions: readonly Precondition[];
  /** On a version conflict: "fail" refuses with `set_conflict` (409), "retry" reads again and rechecks the preconditions. */
  readonly onConflict: "fail" | "retry";
  /** Left out if the response carries no attributes. */
  readonly reserve?: ReserveAnswer | undefined;
}

/**
 * Changes of one user's attributes: read, merge, and replace the version that was read (optimistic concurrency). Here a
 * version conflict becomes a 409 or a retry.
 */
export interface AttributeWrites {
  /**
   * Returns the attributes after the change; undefined: no such user. A change without effect writes nothing. Refuses
   * with `precondition_failed`, `set_conflict`, `user_bytes_exceeded`, `app_bytes_exceeded`, `busy`, or what
   * `endedRefusal` says of a revoked token.
   */
  change(wanted: WantedChange): Promise<StoredAttributes | undefined>;
}

interface AttributeWritesNeeds {
  readonly store: Pick<AttributeStore, "attributes" | "writeAttributes" | "usage">;
  readonly clock: Clock;
  readonly yieldToEventLoop: YieldToEventLoop;
  readonly timers: Timers;
}

/** Maximum time for a change, ms: waiting for the user's mutex, and retries after conflicts. */
export const CHANGE_MAX_MS = 1500;
/** Changes of one user that may wait. No engine could finish more within CHANGE_MAX_MS. */
const USER_CHANGES_WAITING_MAX = 1000;

/** Answers a change that met a conflict with every retry. Nothing of it is stored, so the client may repeat it. */
export const STILL_IN_CONFLICT: Refused = { code: "busy", retryAfterMs: 1000 };

export function createAttributeWrites({
  store,
  clock,
  yieldToEventLoop,
  timers,
}: AttributeWritesNeeds): AttributeWrites {
  const userMutex = createKeyedMutex({
    resource: "user_writes",
    waitingMax: USER_CHANGES_WAITING_MAX,
    waitMaxMs: CHANGE_MAX_MS,
    isLasting: (error) => error instanceof StoreFailure && error.nothingStored,
    timers,
  });

  /**
   * @param waits the account that an engine queues the write under
   * @param until by `timers`, ms; includes the wait for the mutex
   */
  async function change(wanted: WantedChange, waits: string, until: number): Promise<StoredAttributes | undefined> {
    const { resolved, by, name, changes, preconditions, onConflict } = wanted;
    const named = changes === "all removed" ? EMPTY_PATCH : changes;
    for (;;) {
      const stored = await store.attributes(resolved.app.number, name, "write");
      if (!allHold(preconditions, stored))
        throw await preconditionFailed(stored, named, paceBy({ clock, yieldToEventLoop }));
      if (stored === undefined) return undefined;
      const isLong = named.size > KEYS_UNPACED_MAX;
      const merged = isLong
        ? await pacedMerge(stored, named, paceBy({ clock, yieldToEventLoop }))
        : mergedOf(stored, changes);
      const write = writeOf(resolved, name, stored, merged, clock);
      wanted.reserve?.((write ?? stored).json.length);
      if (write === undefined) return stored;
      const { authority } = by;
      const terms = { account: waits, waitMaxMs: until - timers.nowMs(), authority };
      const outcome = await store.writeAttributes(write, terms);
      if (outcome === "written") return written(write);
      if (outcome === "full") throw new Refusal(await appFull(store, resolved, by.caller, write.growth));
      if (outcome === "unauthorised") throw endedRefusal(by);
      if (onConflict === "fail") throw new Refusal({ code: "set_conflict" });
      if (timers.nowMs() > until) throw new Refusal(STILL_IN_CONFLICT);
      await yieldToEventLoop();
    }
  }

  return {
    change(wanted) {
      const { resolved, by, name } = wanted;
      const waits = callerAccount(resolved, by.caller);
      const until = timers.nowMs() + CHANGE_MAX_MS;
      // Writes that must not fail with 409 are serialized per user on this thread; only other threads and servers can
      // then cause a conflict. Conditional writes need no mutex: after a conflict the condition mostly fails.
      if (wanted.onConflict === "fail" || wanted.preconditions.length > 0) return change(wanted, waits, until);
      const asker = { address: waits };
      return userMutex.runExclusive(`${resolved.app.number}/${name}`, asker, () => change(wanted, waits, until));
    },
  };
}

/** The account that an engine queues the caller's writes under. */
export function callerAccount({ app }: ResolvedApp, caller: Caller): string {
  return account(app, caller.kind === "user" ? caller.name : undefined);
}

function mergedOf(stored: StoredAttributes, changes: AttributePatch | "all removed"): SizedJson {
  if (changes !== "all removed") return mergedJson(stored, changes);
  return stored.bytes === 0 ? stored : { json: NO_ATTRIBUTES_JSON, bytes: 0 };
}

/**
 * The write that replaces `stored` by `merged`; undefined if nothing changes. Refuses with `user_bytes_exceeded`
 * (the specification § Setting user metadata).
 */
export function writeOf(
  { app, limits }: ResolvedApp,
  name: UserName,
  stored: StoredAttributes,
  merged: SizedJson,
  clock: Pick<Clock, "now">,
): AttributesWrite | undefined {
  if (merged === stored) return undefined;
  const { userBytesMax, appBytesMax } = limits;
  const { json, bytes } = merged;
  // After the limit was lowered, users must still be able to shrink their attributes.
  if (bytes > userBytesMax && bytes > stored.bytes) {
    const { bytes: used } = stored;
    throw new Refusal({ code: "user_bytes_exceeded", bytesMax: userBytesMax, used, attempted: bytes });
  }
  return {
    app: app.number,
    name,
    userId: stored.userId,
    version: stored.version,
    json,
    bytes,
    growth: bytes - stored.bytes,
    modified: Math.max(clock.now(), stored.modified + 1),
    appBytesMax,
  };
}

/**
 * The refusal of a write that the app has no room for. Only callers that may read the capacity get the usage. If the
 * store cannot read the usage, the refusal omits it: the app is full all the same.
 */
export async function appFull(
  store: Pick<AttributeStore, "usage">,
  { app, limits, access }: ResolvedApp,
  caller: Caller,
  growth: number,
): Promise<Refused> {
  const { appBytesMax: bytesMax } = limits;
  if (!isAllowed("capacity", relationOf(caller, undefined), access)) return { code: "app_bytes_exceeded", bytesMax };
  try {
    const used = await store.usage(app.number);
    return { code: "app_bytes_exceeded", bytesMax, used, attempted: used + growth };
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    return { code: "app_bytes_exceeded", bytesMax };
  }
}
