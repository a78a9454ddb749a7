import { createSlots, type Place } from "../../../core/admission/slots.ts";
import type { UserName } from "../../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../../core/ports.ts";
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
  /** When its timeout is over, by `performance.now()`. */
  readonly endsAtMs: number;
  /** In the queue, where that was long already. */
  readonly place: Place | undefined;
  /** A query with it is under way. */
  isSent?: boolean;
}

interface CoalescedReadsNeeds {
  readonly location: MysqlLocation;
  /** Each has one query under way at most. */
  readonly sessions: readonly Session[];
  /** Names that one query may ask for. */
  readonly batchMax: number;
  /** See BatchScheduler. */
  readonly lingerMs: number;
}

/** So many are let into the queue by nothing but a look at its length. */
const WAITING_FREELY = 1024;
/** Names, beyond those; what two connections read in some tenths of a second. */
const NAMES_WAITING_MAX = 16_384;

/**
 * Reads of attributes, many in one query: those that come in while a connection is busy go out together when it is
 * free. A read never joins a query that has been sent, which may have looked too early for it.
 */
export class CoalescedReads {
  readonly #needs: CoalescedReadsNeeds;
  readonly #scheduler: BatchScheduler<Session>;
  readonly #timeouts: TimeoutQueue<Wanted>;
  readonly #places = createSlots({
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
        if (!isSent) return new StoreError("busy", `${text} has too much to do`);
        return nowMs < endsAtMs ? undefined : new StoreError("unreachable", `${text} did not answer in time`);
      },
      (up) => {
        this.#queue = this.#queue.filter((wanted) => !up.has(wanted));
        for (const { place } of up) place?.leave();
      },
    );
    this.#scheduler = new BatchScheduler(needs.sessions, needs.lingerMs, (session) => {
      const taken = this.#take();
      return taken.length === 0 ? undefined : this.#ask(session, taken);
    });
  }

  /** By name, those that are there. */
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
    let place: Place | undefined;
    if (this.#queue.length >= WAITING_FREELY) {
      place = this.#places.tryEnter({ address: `${app}` }, names.length);
      if (place === undefined) return Promise.reject(new StoreError("busy", `${location.text} has too much to do`));
    }
    const wanted = { kind, app, names, resolve, reject, place, endsAtMs: now + location.timeoutMs };
    this.#timeouts.watch(wanted, now + queueWaitMs(location));
    this.#queue.push(wanted);
    this.#scheduler.schedule();
    return promise;
  }

  /** The oldest, and those that fit into the same query: of its kind and app. */
  #take(): readonly Wanted[] {
    const [first, ...others] = this.#queue;
    this.#queue = [];
    if (first === undefined) return [];
    const taken = [first];
    const left: Wanted[] = [];
    let count = first.names.length;
    for (const wanted of others) {
      const isAlike = wanted.kind === first.kind && wanted.app === first.app;
      const fits = isAlike && count + wanted.names.length <= this.#needs.batchMax;
      if (fits) count += wanted.names.length;
      (fits ? taken : left).push(wanted);
    }
    this.#queue = left;
    for (const wanted of taken) {
      wanted.isSent = true;
      wanted.place?.leave();
    }
    return taken;
  }

  async #ask(session: Session, taken: readonly Wanted[]): Promise<void> {
    const { location } = this.#needs;
    try {
      const found = await readTogether(session, taken, new Deadline(location.timeoutMs));
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

async function readTogether(session: Session, taken: readonly Wanted[], deadline: Deadline): Promise<Found> {
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

/** What a deleted app held is there until it is purged, and yet unknown. */
function select(kind: Kind, app: number, names: readonly string[]): Statement {
  return {
    sql:
      `SELECT ${COLUMNS[kind]} FROM users ` +
      "WHERE app = ? AND name IN (?) AND EXISTS (SELECT 1 FROM apps WHERE number = ?)",
    values: [app, names, app],
  };
}
