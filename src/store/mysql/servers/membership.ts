/**
 * The servers of one store: membership by heartbeat and shared demand (this file), the change feed that carries changes
 * of apps, keys and revoked tokens from one server to the others (feed.ts), and the lock of a migration
 * (schema-lease.ts).
 */
import { randomUUID } from "node:crypto";
import type { Demand } from "../../../core/ports/cluster-store.ts";
import { Deadline } from "../connection/deadline.ts";
import { failureKind } from "../connection/errors.ts";
import { changedBy, rowsOf, type Session } from "../connection/session.ts";
import { COMMITS_PURGE_MAX, purgeCommits } from "../transaction/commits.ts";
import { OldCommits } from "../transaction/old-commits.ts";
import { withRetry } from "../transaction/with-retry.ts";

type ServerRow = readonly [id: string, heartbeat: number, demand: string];

interface SeenHeartbeat {
  readonly heartbeat: number;
  readonly at: number;
}

/**
 * A server whose heartbeat has not changed for SILENT_MS (BUSY_SILENT_MS if it has demand) is ignored when rates are
 * shared, so that its share goes to the others. A live server sends a heartbeat every second at least, and five times
 * as often while it has demand.
 */
const SILENT_MS = 2500;
const BUSY_SILENT_MS = 1000;
const NO_DEMAND = "[]";
/** After this time a silent server's row is deleted. A server that was only suspended then joins again. */
const GONE_MS = 60_000;
const CLEANING_MS = 10_000;
/** For leaving: if it fails, the others count this server for a little longer. */
const LEAVE_MS = 400;

interface MembershipNeeds {
  readonly session: Session;
  readonly timeoutMs: number;
  /** The newest schema that this program knows. */
  readonly schemaKnown: number;
  /** How long a server may be silent before its row is deleted, and how often that is checked; in ms. */
  readonly goneMs?: number;
  readonly cleaningMs?: number;
}

/**
 * This server's membership: a row with a heartbeat counter (`beat`) and a slot that no other server has. Clocks are
 * never compared: a server counts as alive while its heartbeat counter keeps changing.
 */
export class Membership {
  readonly #needs: MembershipNeeds;
  readonly #id = randomUUID();
  readonly #lastHeartbeats = new Map<string, SeenHeartbeat>();
  #joining: Promise<number> | undefined;
  #cleanedAt = performance.now();
  readonly #oldCommits = new OldCommits();

  constructor(needs: MembershipNeeds) {
    this.#needs = needs;
    this.#commitsOldUntil();
  }

  /** Joins on the first call. */
  slot(): Promise<number> {
    this.#joining ??= this.#join().catch((error) => {
      this.#joining = undefined;
      throw error;
    });
    return this.#joining;
  }

  /** See `ClusterStore.publishDemand`. Calls must not overlap. */
  async publishDemand(demand: readonly Demand[]): Promise<readonly (readonly Demand[])[]> {
    await this.slot();
    const { session, timeoutMs } = this.#needs;
    const written = JSON.stringify(demand.map(({ app, bucket, perSecond }) => [app, bucket, perSecond]));
    const [heartbeat, answer] = await withRetry(
      session,
      [
        { sql: "UPDATE servers SET beat = beat + 1, demand = ? WHERE id = ?", values: [written, this.#id] },
        { sql: "SELECT id, beat, demand FROM servers" },
      ],
      new Deadline(timeoutMs),
    );
    if (changedBy(heartbeat) === 0) this.#joining = undefined;
    const others = rowsOf<ServerRow>(answer).filter(([id]) => id !== this.#id);
    const alive = this.#alive(others);
    await this.#clean(others);
    return alive.map(([, , sent]) => demandOf(sent));
  }

  /** Removes this server's row. Settles soon, even if the database never answers. */
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
        // Another server has just taken the slot, or an earlier attempt whose answer was lost has inserted our row.
        await withRetry(session, [{ sql: "DELETE FROM servers WHERE id = ?", values: [this.#id] }], deadline);
      }
    }
  }

  #commitsOldUntil(): number {
    return this.#oldCommits.until(Date.now(), performance.now());
  }

  #alive(rows: readonly ServerRow[]): readonly ServerRow[] {
    const now = performance.now();
    for (const id of this.#lastHeartbeats.keys())
      if (!rows.some((row) => row[0] === id)) this.#lastHeartbeats.delete(id);
    return rows.filter(([id, heartbeat, demand]) => {
      const last = this.#lastHeartbeats.get(id);
      if (last?.heartbeat !== heartbeat) this.#lastHeartbeats.set(id, { heartbeat, at: now });
      const silentMs = demand === NO_DEMAND ? SILENT_MS : BUSY_SILENT_MS;
      return last === undefined || last.heartbeat !== heartbeat || now - last.at < silentMs;
    });
  }

  async #clean(rows: readonly ServerRow[]): Promise<void> {
    const now = performance.now();
    const { goneMs = GONE_MS, cleaningMs = CLEANING_MS } = this.#needs;
    if (now - this.#cleanedAt < cleaningMs) return;
    this.#cleanedAt = now;
    const gone = rows.filter(([id]) => now - (this.#lastHeartbeats.get(id)?.at ?? now) > goneMs);
    const removals = gone.map(([id, heartbeat]) => ({
      sql: "DELETE FROM servers WHERE id = ? AND beat = ?",
      values: [id, heartbeat],
    }));
    try {
      const { session, timeoutMs } = this.#needs;
      const answers = await session.queryBatch([...removals, purgeCommits(this.#commitsOldUntil())], timeoutMs);
      // There are more: the next call continues.
      if (changedBy(answers.at(-1)) === COMMITS_PURGE_MAX) this.#cleanedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      // Another server is doing the same cleanup.
      if (failureKind(error) !== "again") throw error;
    }
  }
}

/** Written by any version of usermeta: ignores what it does not understand. */
function demandOf(text: string): readonly Demand[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: unknown) => {
    const [app, bucket, perSecond] = Array.isArray(entry) ? entry : [];
    const isKnown = typeof app === "number" && typeof bucket === "number" && typeof perSecond === "number";
    return isKnown ? [{ app, bucket, perSecond }] : [];
  });
}
