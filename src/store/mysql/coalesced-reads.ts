import type { UserName } from "../../core/model.ts";
import type { StoredAttributes } from "../../core/ports.ts";
import { StoreError } from "../store-error.ts";
import { Deadline } from "./deadline.ts";
import { storeError } from "./errors.ts";
import type { MysqlLocation } from "./location.ts";
import { Overdue, type Waiting } from "./overdue.ts";
import { retried } from "./retried.ts";
import { rowsOf, type Session, type Statement } from "./session.ts";

type Found = ReadonlyMap<string, StoredAttributes>;

interface Wanted extends Waiting {
  readonly app: number;
  readonly names: readonly UserName[];
  readonly resolve: (found: Found) => void;
}

interface CoalescedReadsNeeds {
  readonly location: MysqlLocation;
  /** Each has one query under way at most. */
  readonly sessions: readonly Session[];
  /** Names that one query may ask for. */
  readonly togetherMax: number;
}

/**
 * Reads of attributes, many in one query: those that come in while every connection is busy go out together with the
 * next that is free. A read never joins a query that has been sent, which may have looked too early for it.
 */
export class CoalescedReads {
  readonly #needs: CoalescedReadsNeeds;
  readonly #idle: Session[];
  readonly #overdue = new Overdue<Wanted>();
  #queue: Wanted[] = [];
  #isFlushing = false;

  constructor(needs: CoalescedReadsNeeds) {
    this.#needs = needs;
    this.#idle = [...needs.sessions];
  }

  /** By name, those that are there. */
  read(app: number, names: readonly UserName[]): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const wanted = this.#overdue.watch({ app, names, resolve, reject }, this.#needs.location.timeoutMs, () => {
      this.#queue = this.#queue.filter((other) => other !== wanted);
      return new StoreError("unreachable", `${this.#needs.location.text} did not answer in time`);
    });
    this.#queue.push(wanted);
    this.#flushSoon();
    return promise;
  }

  /** After everything that came in with this turn of the loop: requests arrive several at once. */
  #flushSoon(): void {
    if (this.#isFlushing || this.#idle.length === 0) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#queue.length > 0) {
      const session = this.#idle.pop();
      if (session === undefined) return;
      void this.#ask(session, this.#take());
    }
  }

  /** The oldest, and those that fit into the same query: of its app. */
  #take(): readonly Wanted[] {
    const [first, ...others] = this.#queue;
    if (first === undefined) return [];
    const taken = [first];
    const left: Wanted[] = [];
    let count = first.names.length;
    for (const wanted of others) {
      const fits = wanted.app === first.app && count + wanted.names.length <= this.#needs.togetherMax;
      if (fits) count += wanted.names.length;
      (fits ? taken : left).push(wanted);
    }
    this.#queue = left;
    return taken;
  }

  async #ask(session: Session, taken: readonly Wanted[]): Promise<void> {
    const { location } = this.#needs;
    try {
      const found = await readAttributes(session, taken, new Deadline(location.timeoutMs));
      for (const wanted of taken) if (this.#overdue.done(wanted)) wanted.resolve(found);
    } catch (error) {
      const fault = storeError(error, location.text);
      for (const wanted of taken) if (this.#overdue.done(wanted)) wanted.reject(fault);
    }
    this.#idle.push(session);
    // Not at once: those who have just been answered ask again in the same turn.
    this.#flushSoon();
  }
}

type Row = readonly [string, string, string, number, number, number];

async function readAttributes(session: Session, taken: readonly Wanted[], deadline: Deadline): Promise<Found> {
  const { app } = taken[0] ?? { app: 0 };
  const names = taken.flatMap((wanted) => wanted.names);
  const found = new Map<string, StoredAttributes>();
  const [answer] = await retried(session, [select(app, names)], deadline);
  for (const [name, userId, json, bytes, version, modified] of rowsOf<Row>(answer)) {
    found.set(name, { userId, json, bytes, version, modified });
  }
  return found;
}

/** What a deleted app held is there until it is purged, and yet unknown. */
function select(app: number, names: readonly string[]): Statement {
  return {
    sql:
      "SELECT name, id, attributes, bytes, version, attributes_modified FROM users " +
      "WHERE app = ? AND name IN (?) AND EXISTS (SELECT 1 FROM apps WHERE number = ?)",
    values: [app, names, app],
  };
}
