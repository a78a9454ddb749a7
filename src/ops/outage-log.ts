import type { Timers } from "../core/ports/system/timers.ts";
import { type Failure, type OutageKind, outageOf } from "./failure.ts";

export interface OutageEvents {
  /** The first failure of an outage. */
  outageBegan(outage: string, failure: Failure): void;
  outageLasts(details: OutageSums): void;
  outageOver(details: OutageSums): void;
}

export interface OutageSums {
  readonly outage: string;
  /** From the first failure until now, or until the last failure if the outage is over. */
  readonly lastedMs: number;
  /** Number of failures by event: since the last line, or in total if the outage is over. */
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
  /** Failures since the last line. */
  failed: Counts;
  failedInAll: Counts;
  /** The operation has succeeded since the last failure. */
  hasSucceeded: boolean;
}

const LOOK_MS = 1000;
const LINE_MS = 60_000;
/** An outage is over only after this time without a failure, so an intermittent fault is one outage. */
const QUIET_MS = 10_000;
/** The same for outages whose end no success shows: faults of the program, and the others. */
const UNSEEN_MS = 60_000;
const UNTOLD_MS = 600_000;
/** Maximum number of outages at the same time; all further failures share one more. */
const OUTAGES_MAX = 100;
const ELSE: OutageKind = { name: "others", ends: "unseen" };

/**
 * Reduces any number of failures to a line when an outage begins, one line a minute with counts while it lasts, and one
 * when it is over. Failures of the same kind for the same reason, in any thread, belong to the same outage.
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

  /** @param count the number of such failures */
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

  /** Reports that an operation of this outage has succeeded. */
  succeeded({ name }: OutageKind): void {
    const outage = this.#outages.get(name);
    if (outage !== undefined) outage.hasSucceeded = true;
  }

  /** Ends the outage of a trouble. Returns the failures that it caused, for the log line. */
  over({ name }: OutageKind): Counts {
    const { failedInAll = {} } = this.#outages.get(name) ?? {};
    this.#outages.delete(name);
    return failedInAll;
  }

  /** @param check resolves when the store reads and writes; called only while an outage of the store may be over */
  checkStoreBy(check: () => Promise<unknown>): void {
    this.#check = check;
  }

  /** Logs the failures since the last lines. Call it when the process ends. */
  flush(): void {
    for (const outage of this.#outages.values()) this.#logOngoing(outage, this.#timers.nowMs());
  }

  #roomFor(kind: OutageKind): OutageKind {
    return this.#outages.has(kind.name) || this.#outages.size < OUTAGES_MAX ? kind : ELSE;
  }

  /** The first failure has a line of its own, so later lines do not count it, except for the total in the last one. */
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
      else if (nowMs - outage.lineMs >= LINE_MS) this.#logOngoing(outage, nowMs);
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

  /** Logs nothing if nothing has failed since the last line. */
  #logOngoing(outage: Outage, nowMs: number): void {
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
