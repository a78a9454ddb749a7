import { randomUUID } from "node:crypto";
import type { Demand } from "../../../core/ports.ts";
import { Deadline } from "../connection/deadline.ts";
import { failureKind } from "../connection/errors.ts";
import { changedBy, rowsOf, type Session } from "../connection/session.ts";
import { PURGED_AT_ONCE, purgeCommits } from "../transaction/commits.ts";
import { OldCommits } from "../transaction/old-commits.ts";
import { withRetry } from "../transaction/with-retry.ts";

type ServerRow = readonly [id: string, heartbeat: number, demand: string];

interface Heard {
  readonly heartbeat: number;
  readonly at: number;
}

/**
 * Who has not moved his beat for so long is not reckoned with. A server moves it every second at least, and five times
 * as often while it is asked for something: what a dead one was asked for comes to the others.
 */
const SILENT_MS = 2500;
const BUSY_SILENT_MS = 1000;
const NO_DEMAND = "[]";
/** And for so long: is gone, and his row is removed. A server that was only suspended makes itself another. */
const GONE_MS = 60_000;
const CLEANING_MS = 10_000;
/** For the farewell: without it the others reckon with this server a little longer. */
const LEAVE_MS = 400;

interface MembershipNeeds {
  readonly session: Session;
  readonly timeoutMs: number;
  /** The newest schema that this program knows. */
  readonly schemaKnown: number;
  /** How long another may stand still before its row is removed, and how often that is looked after; in ms. */
  readonly goneMs?: number;
  readonly cleaningMs?: number;
}

/**
 * This server among those that have the store: a row of its own whose `beat` shows that it lives, with a slot that no
 * other has. No clock is compared with another's: alive is whose beat is seen to move.
 */
export class Membership {
  readonly #needs: MembershipNeeds;
  readonly #id = randomUUID();
  readonly #heard = new Map<string, Heard>();
  #joining: Promise<number> | undefined;
  #cleanedAt = performance.now();
  readonly #oldCommits = new OldCommits();

  constructor(needs: MembershipNeeds) {
    this.#needs = needs;
    this.#commitsOldUntil();
  }

  /** Taken when it is first asked for. */
  slot(): Promise<number> {
    this.#joining ??= this.#join().catch((error) => {
      this.#joining = undefined;
      throw error;
    });
    return this.#joining;
  }

  /** See `publishDemand` of ports.ts; call it one after the other. */
  async publishDemand(demand: readonly Demand[]): Promise<readonly (readonly Demand[])[]> {
    await this.slot();
    const { session, timeoutMs } = this.#needs;
    const written = JSON.stringify(demand.map(({ app, bucket, perSecond }) => [app, bucket, perSecond]));
    const [beating, answer] = await withRetry(
      session,
      [
        { sql: "UPDATE servers SET beat = beat + 1, demand = ? WHERE id = ?", values: [written, this.#id] },
        { sql: "SELECT id, beat, demand FROM servers" },
      ],
      new Deadline(timeoutMs),
    );
    if (changedBy(beating) === 0) this.#joining = undefined;
    const others = rowsOf<ServerRow>(answer).filter(([id]) => id !== this.#id);
    const alive = this.#alive(others);
    await this.#clean(others);
    return alive.map(([, , sent]) => demandOf(sent));
  }

  /** Leaves without being missed first. Settles soon, whatever the database does. */
  async leave(): Promise<void> {
    if (this.#joining === undefined) return;
    const { session, timeoutMs } = this.#needs;
    await session.one("DELETE FROM servers WHERE id = ?", [this.#id], Math.min(timeoutMs, LEAVE_MS));
  }

  async #join(): Promise<number> {
    const { session, timeoutMs, schemaKnown } = this.#needs;
    const deadline = new Deadline(timeoutMs);
    for (;;) {
      const [answer] = await withRetry(session, [{ sql: "SELECT slot FROM servers" }], deadline);
      const taken = new Set(rowsOf<[number]>(answer).map(([slot]) => slot));
      let slot = 0;
      while (taken.has(slot)) slot += 1;
      const sql = `INSERT INTO servers (id, slot, beat, schema_known, demand) VALUES (?, ?, 0, ?, '${NO_DEMAND}')`;
      try {
        await withRetry(session, [{ sql, values: [this.#id, slot, schemaKnown] }], deadline);
        return slot;
      } catch (error) {
        if (failureKind(error) !== "duplicate" || deadline.isOver) throw error;
        // Another server has just taken it, or our own row is there from a call whose answer was lost.
        await withRetry(session, [{ sql: "DELETE FROM servers WHERE id = ?", values: [this.#id] }], deadline);
      }
    }
  }

  #commitsOldUntil(): number {
    return this.#oldCommits.until(Date.now(), performance.now());
  }

  #alive(rows: readonly ServerRow[]): readonly ServerRow[] {
    const now = performance.now();
    for (const id of this.#heard.keys()) if (!rows.some((row) => row[0] === id)) this.#heard.delete(id);
    return rows.filter(([id, heartbeat, demand]) => {
      const heard = this.#heard.get(id);
      if (heard?.heartbeat !== heartbeat) this.#heard.set(id, { heartbeat, at: now });
      const silentMs = demand === NO_DEMAND ? SILENT_MS : BUSY_SILENT_MS;
      return heard === undefined || heard.heartbeat !== heartbeat || now - heard.at < silentMs;
    });
  }

  async #clean(rows: readonly ServerRow[]): Promise<void> {
    const now = performance.now();
    const { goneMs = GONE_MS, cleaningMs = CLEANING_MS } = this.#needs;
    if (now - this.#cleanedAt < cleaningMs) return;
    this.#cleanedAt = now;
    const gone = rows.filter(([id]) => now - (this.#heard.get(id)?.at ?? now) > goneMs);
    const removals = gone.map(([id, heartbeat]) => ({
      sql: "DELETE FROM servers WHERE id = ? AND beat = ?",
      values: [id, heartbeat],
    }));
    try {
      const { session, timeoutMs } = this.#needs;
      const answers = await session.queryBatch([...removals, purgeCommits(this.#commitsOldUntil())], timeoutMs);
      // There are more: the next time goes on with them.
      if (changedBy(answers.at(-1)) === PURGED_AT_ONCE) this.#cleanedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      // Another server is cleaning the same: let it.
      if (failureKind(error) !== "again") throw error;
    }
  }
}

/** Written by `exchange` of any version: what is not understood is left out. */
function demandOf(text: string): readonly Demand[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: unknown) => {
    const [app, bucket, perSecond] = Array.isArray(entry) ? entry : [];
    const isKnown = typeof app === "number" && typeof bucket === "number" && typeof perSecond === "number";
    return isKnown ? [{ app, bucket, perSecond }] : [];
  });
}
