import type { Usage } from "../../../core/admission/usage.ts";
import type { AttributesWrite, WriteOutcome } from "../../../core/ports/attribute-store.ts";
import type { WriteTerms } from "../../../core/ports/terms.ts";
import { type BatchResult, lockedOf, outdatedOf, writeBatch } from "../attributes/attribute-batch.ts";
import { BatchScheduler } from "../connection/batch-scheduler.ts";
import { Deadline } from "../connection/deadline.ts";
import { failureKind, isLocked, storeError } from "../connection/errors.ts";
import type { MysqlLocation } from "../connection/location.ts";
import type { Session } from "../connection/session.ts";
import { makeRoom } from "./make-room.ts";
import { pause } from "./pause.ts";
import { type Result, type Run, transact } from "./transact.ts";
import { type PendingWrite, WriteQueue } from "./write-queue.ts";

/** A connection that writes, and its lane. */
export interface Writer {
  readonly session: Session;
  readonly lane: () => Promise<number>;
}

interface GroupCommitNeeds {
  readonly location: MysqlLocation;
  /** Each has at most one transaction in flight. */
  readonly writers: readonly Writer[];
  /** Bytes of writes in flight, over all threads of the process. */
  readonly usage: Usage;
}

/** "late": a write of the batch has timed out while its statements ran, so the transaction is rolled back. */
type TriedResult = BatchResult | { readonly kind: "late" };

/** Longer than a commit usually takes. */
const LINGER_MS = 10;
/** After this many refusals the batch is examined: locked rows are postponed, or the batch is split. */
const REFUSALS_MAX = 1;

/**
 * Group commit: many sets in one transaction. Sets that arrive while a connection is busy share the next transaction,
 * and so one fsync of the database. See WriteQueue for timeouts.
 */
export class GroupCommit {
  readonly #location: MysqlLocation;
  readonly #queue: WriteQueue;

  constructor({ location, writers, usage }: GroupCommitNeeds) {
    this.#location = location;
    this.#queue = new WriteQueue({ location, usage, ready: () => scheduler.schedule() });
    const scheduler = new BatchScheduler(writers, LINGER_MS, (writer) => {
      const batch = this.#queue.take();
      return batch.length === 0 ? undefined : this.#commit(writer, batch);
    });
  }

  /** Rejects with `nothingStored`, unless the COMMIT was sent and its outcome could not be found out. */
  write(write: AttributesWrite, terms?: WriteTerms): Promise<WriteOutcome> {
    return this.#queue.add(write, terms);
  }

  async #commit(writer: Writer, batch: readonly PendingWrite[]): Promise<void> {
    try {
      await this.#commitBatch(writer, batch, new Deadline(this.#location.timeoutMs));
    } catch (error) {
      this.#queue.fail(batch, storeError(error, this.#location.text));
    }
  }

  /** Gives every write of the batch its outcome, or rejects. */
  async #commitBatch(writer: Writer, batch: readonly PendingWrite[], deadline: Deadline): Promise<void> {
    const queue = this.#queue;
    for (let open = queue.inTime(batch); open.length > 0; open = queue.inTime(open)) {
      if (deadline.isOver) throw queue.notWritten();
      const writes = open.map(({ write }) => write);
      const lane = await writer.lane();
      const tried = open;
      try {
        const result = await transact(writer.session, deadline, (run) => this.#attempt(run, lane, tried), REFUSALS_MAX);
        switch (result.kind) {
          case "late":
            break;
          case "written":
            for (const pending of open) queue.settle(pending, "written");
            return;
          case "unauthorised":
            open = this.#settleThose(open, (pending) => result.writes.has(pending), "unauthorised");
            break;
          case "outdated": {
            const outdated = await outdatedOf(writer.session, writes, deadline);
            if (outdated.size === 0) await pause();
            open = this.#settleThose(open, ({ write }) => outdated.has(write), "conflict");
            break;
          }
          case "app_unknown":
            open = this.#settleThose(open, ({ write }) => write.app === result.app, "conflict");
            break;
          case "no_room": {
            const granted = await makeRoom(writer.session, deadline, lane, result);
            const isOfApp = ({ write }: PendingWrite): boolean => write.app === result.app;
            if (granted === "app_unknown") open = this.#settleThose(open, isOfApp, "conflict");
            else if (granted === "full" && open.length === 1) open = this.#settleThose(open, isOfApp, "full");
            else if (granted === "full") return await this.#commitSeparately(writer, open, result.app, deadline);
          }
        }
      } catch (error) {
        if (failureKind(error) !== "again") throw error;
        queue.clearCommitting(tried);
        const free = isLocked(error) ? await this.#postponeBlocked(writer.session, open, deadline) : open;
        // Split the batch, so that one refused write does not fail the others.
        const half = free.length === open.length && open.length > 1 ? Math.ceil(open.length / 2) : 0;
        if (half > 0) await this.#commitBatch(writer, free.slice(0, half), deadline);
        open = free.slice(half);
      }
    }
  }

  /** Until the COMMIT is about to be sent, a timeout can still reject a write; after that it cannot. */
  async #attempt(run: Run, lane: number, tried: readonly PendingWrite[]): Promise<Result<TriedResult>> {
    const onRolledBack = (): void => this.#queue.clearCommitting(tried);
    const result = await writeBatch(run, lane, tried);
    if (!result.keep) return result;
    if (tried.some(({ isDone }) => isDone)) return { keep: false, value: { kind: "late" } };
    this.#queue.markCommitting(tried);
    return { ...result, onRolledBack };
  }

  /** If an app has no room for all growing writes together, each of them is committed separately. */
  async #commitSeparately(
    writer: Writer,
    batch: readonly PendingWrite[],
    app: number,
    deadline: Deadline,
  ): Promise<void> {
    const isGrowing = ({ write }: PendingWrite): boolean => write.app === app && write.growth > 0;
    await this.#commitBatch(
      writer,
      batch.filter((pending) => !isGrowing(pending)),
      deadline,
    );
    for (const pending of batch.filter(isGrowing)) await this.#commitBatch(writer, [pending], deadline);
  }

  /** Postpones writes whose rows are locked by another transaction; returns the rest. */
  async #postponeBlocked(
    session: Session,
    open: readonly PendingWrite[],
    deadline: Deadline,
  ): Promise<readonly PendingWrite[]> {
    const locked = await transact(session, deadline, (run) => lockedOf(run, open)).catch((error) => {
      // An engine without SKIP LOCKED: smaller transactions find the locked rows.
      if (failureKind(error) === "other") return new Set<PendingWrite>();
      throw error;
    });
    this.#queue.postpone([...locked]);
    return open.filter((pending) => !locked.has(pending));
  }

  /** Settles the matching writes; returns the rest. */
  #settleThose(
    batch: readonly PendingWrite[],
    isSettled: (pending: PendingWrite) => boolean,
    outcome: WriteOutcome,
  ): readonly PendingWrite[] {
    for (const pending of batch) if (isSettled(pending)) this.#queue.settle(pending, outcome);
    return batch.filter((pending) => !isSettled(pending));
  }
}
