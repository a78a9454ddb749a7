import type { ResolvedApp } from "../apps/registry.ts";
import { type Pace, paceBy } from "../async/pace.ts";
import { type Authorised, endedRefusal } from "../authority.ts";
import { isUnavailable } from "../faults/store-failure.ts";
import { type UserName, userName } from "../model.ts";
import type { AttributeStore, AttributesWrite, StoredAttributes } from "../ports/attribute-store.ts";
import type { Clock } from "../ports/system/clock.ts";
import type { Timers } from "../ports/system/timers.ts";
import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { Refusal, type Refused } from "../refusals.ts";
import {
  appFull,
  CHANGE_MAX_MS,
  callerAccount,
  type ReserveAnswer,
  STILL_IN_CONFLICT,
  writeOf,
} from "./attribute-writes.ts";
import type { AttributePatch } from "./attributes.ts";
import type { NamedMetadata } from "./batch-reads.ts";
import { pacedMerge } from "./merged-json.ts";
import { allHold, type Precondition, preconditionFailed } from "./preconditions.ts";
import { written } from "./written.ts";

/** The changes of a batch write to one user. */
export interface UserChanges {
  /** As the caller spells the name. */
  readonly spelling: string;
  readonly changes: AttributePatch;
  readonly preconditions: readonly Precondition[];
  /** Set if the changes are refused whatever is stored. */
  readonly refused?: Refused | undefined;
}

export interface BatchWritten {
  /** The attributes after the changes. */
  readonly stored: readonly NamedMetadata[];
  /** By requested spelling. */
  readonly refused: ReadonlyMap<string, Refused>;
}

/** Changes of several users in one commit. */
export interface BatchWrites {
  /** @param allOrNothing if one user cannot be changed, changes none and refuses with `batch_refused` */
  change(
    resolved: ResolvedApp,
    by: Authorised,
    wanted: readonly UserChanges[],
    allOrNothing: boolean,
    reserve?: ReserveAnswer,
  ): Promise<BatchWritten>;
}

interface BatchWritesNeeds {
  readonly store: Pick<AttributeStore, "attributesOf" | "writeAttributesOf" | "usage">;
  readonly clock: Clock;
  readonly yieldToEventLoop: YieldToEventLoop;
  readonly timers: Timers;
}

/** One user of the batch. */
interface Part extends UserChanges {
  readonly name: UserName;
}

/** The batch yields to the event loop each time it has read and merged this many users. */
const SLICE = 25;

export function createBatchWrites({ store, clock, yieldToEventLoop, timers }: BatchWritesNeeds): BatchWrites {
  /** Returns the parts that met a version conflict. */
  async function attempt(batch: Batch, parts: readonly Part[]): Promise<readonly Part[]> {
    const { resolved, by, refused, allOrNothing } = batch;
    const writes = new Map<Part, AttributesWrite>();
    const pace = paceBy({ clock, yieldToEventLoop }, 1);
    for (let from = 0; from < parts.length; from += SLICE) {
      const slice = parts.slice(from, from + SLICE);
      const names = slice.map(({ name }) => name);
      const read = await store.attributesOf(resolved.app.number, names, "write");
      for (const [index, part] of slice.entries()) {
        const write = await planWrite(batch, part, read[index], pace);
        if (write !== undefined) writes.set(part, write);
        if (pace.isDue()) await pace.rest();
      }
      await yieldToEventLoop();
    }
    batch.reserve?.(answerBytes(batch));
    if (writes.size === 0 || (allOrNothing && refused.size > 0)) return [];
    const { authority } = by;
    const terms = { account: callerAccount(resolved, by.caller), waitMaxMs: batch.until - timers.nowMs(), authority };
    const outcomes = await store.writeAttributesOf([...writes.values()], allOrNothing, terms);
    const conflicted: Part[] = [];
    batch.hasStored ||= outcomes.includes("written");
    for (const [index, [part, write]] of [...writes].entries()) {
      const outcome = outcomes[index];
      if (outcome === "conflict") {
        conflicted.push(part);
        refused.set(part.spelling, { code: "set_conflict" });
      } else if (outcome === "full") {
        refused.set(part.spelling, await appFull(store, resolved, by.caller, write.growth));
      } else if (outcome === "unauthorised") {
        // Other users of the batch are stored: the response must report them.
        if (!batch.hasStored) throw endedRefusal(by);
        refused.set(part.spelling, endedRefusal(by).refused);
      } else if (outcome === "unavailable") {
        refused.set(part.spelling, STILL_IN_CONFLICT);
      }
    }
    return conflicted;
  }

  /** As `attempt`; undefined if the store is unavailable and other users of the batch are stored already. */
  async function attemptAgain(batch: Batch, parts: readonly Part[]): Promise<readonly Part[] | undefined> {
    try {
      return await attempt(batch, parts);
    } catch (error) {
      if (!batch.hasStored || !isUnavailable(error)) throw error;
      return undefined;
    }
  }

  /** The write for a user, if anything changes. Records the user's new attributes, or the refusal, in the batch. */
  async function planWrite(
    { resolved, stored, refused }: Batch,
    part: Part,
    before: StoredAttributes | undefined,
    pace: Pace,
  ): Promise<AttributesWrite | undefined> {
    refused.delete(part.spelling);
    stored.delete(part.spelling);
    try {
      const { name, changes, preconditions } = part;
      if (!allHold(preconditions, before)) throw await preconditionFailed(before, changes, pace);
      if (before === undefined) throw new Refusal({ code: "set_user_unknown" });
      const merged = await pacedMerge(before, changes, pace);
      const write = writeOf(resolved, name, before, merged, clock);
      stored.set(part.spelling, write === undefined ? before : written(write));
      return write;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.set(part.spelling, error.refused);
      return undefined;
    }
  }

  return {
    async change(resolved, by, wanted, allOrNothing, reserve) {
      const until = timers.nowMs() + CHANGE_MAX_MS;
      const found = { stored: new Map(), refused: new Map(), hasStored: false };
      const batch: Batch = { resolved, by, allOrNothing, reserve, until, ...found };
      const { stored, refused } = batch;
      const parts: Part[] = [];
      for (const each of wanted) {
        const name = userName(each.spelling);
        if (each.refused !== undefined) refused.set(each.spelling, each.refused);
        else if (name === undefined) refused.set(each.spelling, { code: "set_user_unknown" });
        else parts.push({ ...each, name });
      }
      for (let open: readonly Part[] = parts; open.length > 0; ) {
        const conflicted = await attemptAgain(batch, open);
        if (conflicted === undefined) {
          for (const { spelling } of open) refused.set(spelling, STILL_IN_CONFLICT);
          break;
        }
        // A retry of a conditional write tells whether the condition still holds or has failed.
        const again = conflicted.filter(
          ({ preconditions }) => preconditions.length > 0 || resolved.app.conflicts === "merge",
        );
        if (again.length === 0 || (allOrNothing && again.length < conflicted.length)) break;
        if (timers.nowMs() > until) {
          for (const { spelling } of again) refused.set(spelling, STILL_IN_CONFLICT);
          break;
        }
        open = allOrNothing ? parts : again;
        await yieldToEventLoop();
      }
      for (const spelling of refused.keys()) stored.delete(spelling);
      if (allOrNothing && refused.size > 0) throw new Refusal({ code: "batch_refused", refused });
      return { stored: [...stored].map(([name, { json, modified }]) => ({ name, json, modified })), refused };
    },
  };
}

interface Batch {
  readonly resolved: ResolvedApp;
  readonly by: Authorised;
  readonly allOrNothing: boolean;
  readonly reserve: ReserveAnswer | undefined;
  /** By `timers`, ms. */
  readonly until: number;
  readonly stored: Map<string, StoredAttributes>;
  readonly refused: Map<string, Refused>;
  /** Some users are written: a failure from now on must not claim that nothing was stored. */
  hasStored: boolean;
}

/** Bytes of the parts of the response that may be long. */
function answerBytes({ stored, refused }: Batch): number {
  let bytes = 0;
  for (const { json } of stored.values()) bytes += json.length;
  for (const each of refused.values()) {
    if (each.code === "precondition_failed") bytes += each.differingJson.length;
  }
  return bytes;
}
