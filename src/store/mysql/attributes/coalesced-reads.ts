import { createSlots, type Slot } from "../../../core/admission/slots.ts";
import type { UserName } from "../../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../../core/ports/attribute-store.ts";
import { systemTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import { BatchScheduler } from "../connection/batch-scheduler.ts";
import { Deadline } from "../connection/deadline.ts";
import { storeError } from "../connection/errors.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { queueWaitMs } from "../connection/queue-wait.ts";
import { rowsOf, type Session, type Statement } from "../connection/session.ts";
import { TimeoutQueue, type Waiting } from "../connection/timeout-queue.ts";
import { withRetry } from "../transaction/with-retry.ts";

type Found = ReadonlyMap<string, StoredVersion>;

type Kind = "attributes" | "versions";

interface Wanted extends Waiting {
  readonly kind: Kind;
  readonly app: number;
  readonly names: readonly UserName[];
  readonly resolve: (found: Found) => void;
  /** The time of its timeout, by `performance.now()`. */
  readonly endsAtMs: number;
  /** Its reservation in the queue, if the queue was long already. */
  readonly slot: Slot | undefined;
  /** Its query is in flight. */
  isSent?: boolean;
}

interface CoalescedReadsNeeds {
  readonly location: MysqlLocation;
  /** Each has at most one query in flight. */
  readonly sessions: readonly Session[];
}

/** Names per query, at most: more make no query faster. */
const BATCH_MAX = 256;
/** Longer than a query usually takes. */
const LINGER_MS = 4;
/** Up to this queue length, reads enter without a reservation. */
const UNRESERVED_MAX = 1024;
/** Names beyond those; two connections read as many within some tenths of a second. */
const NAMES_WAITING_MAX = 16_384;

/**
 * Coalesces reads of attributes into one query: reads that arrive while a connection is busy go out together when it is
 * free. A read never joins a query in flight, which may have looked too early for it.
 */
export class CoalescedReads {
  readonly #needs: CoalescedReadsNeeds;
  readonly #scheduler: BatchScheduler<Session>;
  readonly #timeouts: TimeoutQueue<Wanted>;
  readonly #slots = createSlots({
    resource: "database_connections",
    capacity: NAMES_WAITING_MAX,
    waitingMax: 0,
    waitMaxMs: 0,
    leavesRoom: true,
    timers: systemTimers,
  });
  #queue: Wanted[] = [];

  constructor(needs: CoalescedReadsNeeds) {
    this.#needs = needs;
    const { text } = needs.location;
    this.#timeouts = new TimeoutQueue(
      ({ isSent, endsAtMs }, nowMs) => {
        if (!isSent) return new StoreError("busy", `${text}: no connection became free in time`);
        return nowMs < endsAtMs ? undefined : new StoreError("unreachable", `${text} did not answer in time`);
      },
      (rejected) => {
        this.#queue = this.#queue.filter((wanted) => !rejected.has(wanted));
        for (const { slot } of rejected) slot?.leave();
      },
    );
    this.#scheduler = new BatchScheduler(needs.sessions, LINGER_MS, (session) => {
      const taken = this.#take();
      return taken.length === 0 ? undefined : this.#ask(session, taken);
    });
  }

  /** The users that exist, by name. */
  read(app: number, names: readonly UserName[]): Promise<ReadonlyMap<string, StoredAttributes>> {
    return this.#want("attributes", app, names) as Promise<ReadonlyMap<string, StoredAttributes>>; // as: asked with them
  }

  readVersions(app: number, names: readonly UserName[]): Promise<ReadonlyMap<string, StoredVersion>> {
    return this.#want("versions", app, names);
  }

  #want(kind: Kind, app: number, names: readonly UserName[]): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const { location } = this.#needs;
    const now = performance.now();
    let slot: Slot | undefined;
    if (this.#queue.length >= UNRESERVED_MAX) {
      slot = this.#slots.tryEnter({ address: `${app}` }, names.length);
      if (slot === undefined)
        return Promise.reject(new StoreError("busy", `${location.text}: too many reads are waiting for a connection`));
    }
    const wanted = { kind, app, names, resolve, reject, slot, endsAtMs: now + location.timeoutMs };
    this.#timeouts.watch(wanted, now + queueWaitMs(location));
    this.#queue.push(wanted);
    this.#scheduler.schedule();
    return promise;
  }

  /** The oldest read, and the others of its kind and app that fit into the same query. */
  #take(): readonly Wanted[] {
    const [first, ...others] = this.#queue;
    this.#queue = [];
    if (first === undefined) return [];
    const taken = [first];
    const remaining: Wanted[] = [];
    let count = first.names.length;
    for (const wanted of others) {
      const isAlike = wanted.kind === first.kind && wanted.app === first.app;
      const fits = isAlike && count + wanted.names.length <= BATCH_MAX;
      if (fits) count += wanted.names.length;
      (fits ? taken : remaining).push(wanted);
    }
    this.#queue = remaining;
    for (const wanted of taken) {
      wanted.isSent = true;
      wanted.slot?.leave();
    }
    return taken;
  }

  async #ask(session: Session, taken: readonly Wanted[]): Promise<void> {
    const { location } = this.#needs;
    try {
      const found = await readBatch(session, taken, new Deadline(location.timeoutMs));
      for (const wanted of taken) if (this.#timeouts.done(wanted)) wanted.resolve(found);
    } catch (error) {
      const fault = storeError(error, location.text);
      for (const wanted of taken) if (this.#timeouts.done(wanted)) wanted.reject(fault);
    }
  }
}

type Row = readonly [name: string, userId: string, bytes: number, version: number, modified: number, json?: string];

const COLUMNS: Readonly<Record<Kind, string>> = {
  versions: "name, id, bytes, version, attributes_modified",
  attributes: "name, id, bytes, version, attributes_modified, attributes",
};

async function readBatch(session: Session, taken: readonly Wanted[], deadline: Deadline): Promise<Found> {
  const { kind, app } = taken[0] ?? { kind: "attributes", app: 0 };
  const names = taken.flatMap((wanted) => wanted.names);
  const found = new Map<string, StoredVersion | StoredAttributes>();
  const [answer] = await withRetry(session, [select(kind, app, names)], deadline);
  for (const [name, userId, bytes, version, modified, json] of rowsOf<Row>(answer)) {
    const stored = { userId, bytes, version, modified };
    found.set(name, json === undefined ? stored : { ...stored, json });
  }
  return found;
}

/** Users of a deleted app stay until they are purged, but are unknown to reads. */
function select(kind: Kind, app: number, names: readonly string[]): Statement {
  return {
    sql:
      `SELECT ${COLUMNS[kind]} FROM users ` +
      "WHERE app = ? AND name IN (?) AND EXISTS (SELECT 1 FROM apps WHERE number = ?)",
    values: [app, names, app],
  };
}
