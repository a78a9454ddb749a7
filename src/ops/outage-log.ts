import type { Timers } from "../core/ports.ts";
import { type Failure, type OutageKind, outageOf } from "./failure.ts";

export interface OutageEvents {
  /** The first failure of an outage. */
  outageBegan(outage: string, failure: Failure): void;
  outageLasts(details: OutageSums): void;
  outageOver(details: OutageSums): void;
}

export interface OutageSums {
  readonly outage: string;
  /** From its first failure: until now, or until the last failure of one that is over. */
  readonly lastedMs: number;
  /** How often what has failed: since the last line, or in all when it is over. */
  readonly failed: Counts;
}

export type Counts = Readonly<Record<string, number>>;

export interface OutageLogNeeds {
  readonly timers: Timers;
  readonly events: OutageEvents;
}

interface Outage extends OutageKind {
  readonly beganMs: number;
  failedMs: number;
  lineMs: number;
  /** Since the last line. */
  failed: Counts;
  failedInAll: Counts;
  /** Since the last failure. */
  hasSucceeded: boolean;
}

const LOOK_MS = 1000;
const LINE_MS = 60_000;
/** So long nothing must have failed before an outage is over: one that comes and goes is one. */
const QUIET_MS = 10_000;
/** The same where nothing says that what failed has succeeded. */
const UNSEEN_MS = 60_000;
const UNTOLD_MS = 600_000;
/** At once; whatever else fails meanwhile is one outage more, of everything else. */
const OUTAGES_MAX = 100;
const ELSE: OutageKind = { name: "others", ends: "unseen" };

/**
 * Makes of any number of failures: a line when an outage begins, one a minute with what has failed while it goes on, and
 * one when it is over. Failures are of the same outage when the same has failed for the same reason, in any thread.
 */
export class OutageLog {
  readonly #timers: Timers;
  readonly #events: OutageEvents;
  readonly #outages = new Map<string, Outage>();
  #looking: Disposable | undefined;
  #isChecking = false;
  #check: (() => Promise<unknown>) | undefined;

  constructor({ timers, events }: OutageLogNeeds) {
    this.#timers = timers;
    this.#events = events;
  }

  /** @param count of those like it */
  tell(failure: Failure, count = 1): void {
    const kind = outageOf(failure);
    const outage = this.#outages.get(kind.name) ?? this.#outages.get(this.#roomFor(kind).name);
    if (outage !== undefined) {
      this.#count(outage, failure.event, count);
      return;
    }
    const began = this.#begin(this.#roomFor(kind), failure);
    if (began.ends !== "trouble") this.#events.outageBegan(began.name, failure);
    else began.failed = { [failure.event]: 1 };
    if (count > 1) this.#count(began, failure.event, count - 1);
  }

  /** What had failed has succeeded. */
  succeeded({ name }: OutageKind): void {
    const outage = this.#outages.get(name);
    if (outage !== undefined) outage.hasSucceeded = true;
  }

  /** A trouble is over: what has failed because of it, for the line that says so. */
  over({ name }: OutageKind): Counts {
    const { failedInAll = {} } = this.#outages.get(name) ?? {};
    this.#outages.delete(name);
    return failedInAll;
  }

  /** @param check resolves when the store reads and writes; asked only while an outage of the store may be over */
  checkStoreBy(check: () => Promise<unknown>): void {
    this.#check = check;
  }

  /** Tells what has failed since the last lines: to be called when the process ends. */
  flush(): void {
    for (const outage of this.#outages.values()) this.#tellLasts(outage, this.#timers.nowMs());
  }

  #roomFor(kind: OutageKind): OutageKind {
    return this.#outages.has(kind.name) || this.#outages.size < OUTAGES_MAX ? kind : ELSE;
  }

  /** The first failure has a line of its own, and so is in no later count but the last. */
  #begin(kind: OutageKind, { event }: Failure): Outage {
    const nowMs = this.#timers.nowMs();
    const times = { beganMs: nowMs, failedMs: nowMs, lineMs: nowMs };
    const outage = { ...kind, ...times, failed: {}, failedInAll: { [event]: 1 }, hasSucceeded: false };
    this.#outages.set(kind.name, outage);
    this.#looking ??= this.#timers.every(LOOK_MS, () => this.#look());
    return outage;
  }

  #count(outage: Outage, what: string, count: number): void {
    outage.failed = added(outage.failed, what, count);
    outage.failedInAll = added(outage.failedInAll, what, count);
    outage.failedMs = this.#timers.nowMs();
    outage.hasSucceeded = false;
  }

  #look(): void {
    const nowMs = this.#timers.nowMs();
    for (const outage of this.#outages.values()) {
      if (isOver(outage, nowMs)) this.#end(outage);
      else if (nowMs - outage.lineMs >= LINE_MS) this.#tellLasts(outage, nowMs);
    }
    const isDue = ({ ends, failedMs }: Outage): boolean => ends === "store" && nowMs - failedMs >= QUIET_MS;
    if ([...this.#outages.values()].some(isDue)) void this.#checkStore();
    if (this.#outages.size > 0) return;
    this.#looking?.[Symbol.dispose]();
    this.#looking = undefined;
  }

  async #checkStore(): Promise<void> {
    if (this.#isChecking || this.#check === undefined) return;
    this.#isChecking = true;
    const fromMs = this.#timers.nowMs();
    const quiet = [...this.#outages.values()].filter(({ ends, failedMs }) => ends === "store" && failedMs < fromMs);
    try {
      await this.#check();
      for (const outage of quiet) if (outage.failedMs < fromMs) outage.hasSucceeded = true;
    } catch {
      for (const outage of quiet) this.#count(outage, "checkFailed", 1);
    } finally {
      this.#isChecking = false;
    }
  }

  /** Nothing, where nothing has failed meanwhile. */
  #tellLasts(outage: Outage, nowMs: number): void {
    const { name, beganMs, failed } = outage;
    if (Object.keys(failed).length === 0) return;
    outage.lineMs = nowMs;
    outage.failed = {};
    this.#events.outageLasts({ outage: name, lastedMs: Math.round(nowMs - beganMs), failed });
  }

  #end({ name, beganMs, failedMs, failedInAll }: Outage): void {
    this.#outages.delete(name);
    this.#events.outageOver({ outage: name, lastedMs: Math.round(failedMs - beganMs), failed: failedInAll });
  }
}

function isOver({ ends, failedMs, hasSucceeded }: Outage, nowMs: number): boolean {
  const quietMs = nowMs - failedMs;
  if (ends === "unseen") return quietMs >= UNSEEN_MS;
  if (ends === "trouble") return false;
  return (hasSucceeded && quietMs >= QUIET_MS) || (ends === "told" && quietMs >= UNTOLD_MS);
}

function added(counts: Counts, what: string, count: number): Counts {
  return { ...counts, [what]: (counts[what] ?? 0) + count };
}
