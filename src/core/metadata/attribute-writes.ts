import { isAllowed, relationOf } from "../access.ts";
import { account } from "../admission/asker.ts";
import { createKeyedMutex } from "../admission/keyed-mutex.ts";
import type { ResolvedApp } from "../apps/registry.ts";
import { paceBy } from "../async/pace.ts";
import { type Authorised, endedRefusal } from "../authority.ts";
import { StoreFailure } from "../faults/store-failure.ts";
import type { Caller, UserName } from "../model.ts";
import type { AttributesWrite, Clock, Store, StoredAttributes, Timers, YieldToEventLoop } from "../ports.ts";
import { Refusal, type Refused } from "../refusals.ts";
import { type AttributePatch, EMPTY_PATCH, NO_ATTRIBUTES_JSON } from "./attributes.ts";
import { MERGED_AT_ONCE, mergedJson, pacedMerge, type SizedJson } from "./merged-json.ts";
import { allHold, type Precondition, preconditionFailed } from "./preconditions.ts";
import { written } from "./written.ts";

/** Told, in bytes, what will be answered, before anything is stored. Refuses with `busy`. */
export type ReserveAnswer = (bytes: number) => void;

/** A change of one user's attributes, as a caller wants it. */
export interface WantedChange {
  readonly resolved: ResolvedApp;
  readonly by: Authorised;
  readonly name: UserName;
  /** "all": removes whatever there is. */
  readonly changes: AttributePatch | "all removed";
  readonly preconditions: readonly Precondition[];
  /** What becomes of it when another has overtaken it. Tried again, its preconditions are judged anew. */
  readonly onConflict: "fail" | "retry";
  /** Without it the attributes are not answered. */
  readonly reserve?: ReserveAnswer | undefined;
}

/** How a user's attributes change, by reading them, judging what becomes of them and replacing what was read. */
export interface AttributeWrites {
  /** What is stored afterwards; what changes nothing is not written. Undefined: no such user. */
  change(wanted: WantedChange): Promise<StoredAttributes | undefined>;
}

interface AttributeWritesNeeds {
  readonly store: Pick<Store, "attributes" | "writeAttributes" | "usage">;
  readonly clock: Clock;
  readonly yieldToEventLoop: YieldToEventLoop;
  readonly timers: Timers;
}

/** For so long a change waits for its turn, and is tried where others overtake it again and again. */
export const TRIED_MS = 1500;
/** Changes of one user that wait: more could not be done in time on any engine. */
const USER_TURNS_WAITING_MAX = 1000;

/** Nothing of it is stored, and later it may be. */
export const STILL_OVERTAKEN: Refused = { code: "busy", retryAfterMs: 1000 };

export function createAttributeWrites({
  store,
  clock,
  yieldToEventLoop,
  timers,
}: AttributeWritesNeeds): AttributeWrites {
  const ofUsers = createKeyedMutex({
    resource: "user_writes",
    waitingMax: USER_TURNS_WAITING_MAX,
    waitMaxMs: TRIED_MS,
    isLasting: (error) => error instanceof StoreFailure && error.nothingStored,
    timers,
  });

  /**
   * @param waits the account for which it waits
   * @param until by `timers`; what it waited for its turn counts
   */
  async function change(wanted: WantedChange, waits: string, until: number): Promise<StoredAttributes | undefined> {
    const { resolved, by, name, changes, preconditions, onConflict } = wanted;
    const named = changes === "all removed" ? EMPTY_PATCH : changes;
    for (;;) {
      const stored = await store.attributes(resolved.app.number, name, "write");
      if (!allHold(preconditions, stored))
        throw await preconditionFailed(stored, named, paceBy({ clock, yieldToEventLoop }));
      if (stored === undefined) return undefined;
      const isLong = named.size > MERGED_AT_ONCE;
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
      if (timers.nowMs() > until) throw new Refusal(STILL_OVERTAKEN);
      await yieldToEventLoop();
    }
  }

  return {
    change(wanted) {
      const { resolved, by, name } = wanted;
      const waits = callerAccount(resolved, by.caller);
      const until = timers.nowMs() + TRIED_MS;
      // Whoever may not conflict waits for a turn here, so that only other threads and servers can overtake it. With a
      // condition it takes no waiting: who is overtaken is mostly refused for it.
      if (wanted.onConflict === "fail" || wanted.preconditions.length > 0) return change(wanted, waits, until);
      const asker = { address: waits };
      return ofUsers.runExclusive(`${resolved.app.number}/${name}`, asker, () => change(wanted, waits, until));
    },
  };
}

/** Whom a call is done for, where an engine makes it wait. */
export function callerAccount({ app }: ResolvedApp, caller: Caller): string {
  return account(app, caller.kind === "user" ? caller.name : undefined);
}

function mergedOf(stored: StoredAttributes, changes: AttributePatch | "all removed"): SizedJson {
  if (changes !== "all removed") return mergedJson(stored, changes);
  return stored.bytes === 0 ? stored : { json: NO_ATTRIBUTES_JSON, bytes: 0 };
}

/** What replaces the attributes that were read by those; undefined when they are the same. Refuses what is too large. */
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
  // A lowered limit must not lock users out of making their attributes smaller.
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
 * Says how full the app is to those only who may ask for its capacity. Without the numbers where they cannot be read: that
 * the app is full is certain by now, and no fault of the store's changes it.
 */
export async function appFull(
  store: Pick<Store, "usage">,
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
