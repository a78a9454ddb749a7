import type { Usage } from "../../../core/admission/usage.ts";
import type { AttributesWrite, WriteOutcome } from "../../../core/ports.ts";
import type { WriteTerms } from "../../../core/terms.ts";
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

/** A connection that writes, and the lane that is its own. */
export interface Writer {
  readonly session: Session;
  readonly lane: () => Promise<number>;
}

interface GroupCommitNeeds {
  readonly location: MysqlLocation;
  /** Each has one transaction under way at most. */
  readonly writers: readonly Writer[];
  /** Writes that one transaction may hold. */
  readonly batchMax: number;
  /** See BatchScheduler. */
  readonly lingerMs: number;
  /** Bytes of the writes of all threads of the process. */
  readonly usage: Usage;
}

/** One of the batch was refused while its statements were under way: they are not kept. */
type TriedResult = BatchResult | { readonly kind: "late" };

/** So often the database may refuse a transaction before it is looked at why. */
const REFUSALS_MAX = 1;

/**
 * Writes of attributes, many in one transaction: those that come in while a connection is busy share the next one,
 * and so one flush of the disks. See WriteQueue for how long they wait.
 */
export class GroupCommit {
  readonly #location: MysqlLocation;
  readonly #queue: WriteQueue;

  constructor({ location, writers, batchMax, lingerMs, usage }: GroupCommitNeeds) {
    this.#location = location;
    this.#queue = new WriteQueue({ location, batchMax, usage, ready: () => scheduler.schedule() });
    const scheduler = new BatchScheduler(writers, lingerMs, (writer) => {
      const batch = this.#queue.take();
      return batch.length === 0 ? undefined : this.#commit(writer, batch);
    });
  }

  /** Rejects with certainty (`nothingStored`) unless its commit was sent and nobody can tell what became of it. */
  write(write: AttributesWrite, terms?: WriteTerms): Promise<WriteOutcome> {
    return this.#queue.add(write, terms);
  }

  async #commit(writer: Writer, batch: readonly PendingWrite[]): Promise<void> {
    try {
      await this.#commitTogether(writer, batch, new Deadline(this.#location.timeoutMs));
    } catch (error) {
      this.#queue.fail(batch, storeError(error, this.#location.text));
    }
  }

  /** Gives every one of the batch its outcome, or rejects. */
  async #commitTogether(writer: Writer, batch: readonly PendingWrite[], deadline: Deadline): Promise<void> {
    const queue = this.#queue;
    for (let open = queue.inTime(batch); open.length > 0; open = queue.inTime(open)) {
      if (deadline.isOver) throw queue.tooMuch();
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
            else if (granted === "full") return await this.#commitApart(writer, open, result.app, deadline);
          }
        }
      } catch (error) {
        if (failureKind(error) !== "again") throw error;
        queue.hasNotCommitted(tried);
        const free = isLocked(error) ? await this.#setBlockedAside(writer.session, open, deadline) : open;
        // One that the database refuses must not fail its neighbours.
        const half = free.length === open.length && open.length > 1 ? Math.ceil(open.length / 2) : 0;
        if (half > 0) await this.#commitTogether(writer, free.slice(0, half), deadline);
        open = free.slice(half);
      }
    }
  }

  /** From the moment at which the commit is to be sent nobody may refuse one of them any more; before it anybody may. */
  async #attempt(run: Run, lane: number, tried: readonly PendingWrite[]): Promise<Result<TriedResult>> {
    const undone = (): void => this.#queue.hasNotCommitted(tried);
    const result = await writeBatch(run, lane, tried);
    if (!result.keep) return result;
    if (tried.some(({ isDone }) => isDone)) return { keep: false, value: { kind: "late" } };
    this.#queue.commits(tried);
    return { ...result, undone };
  }

  /** Where there is no room for all that grow in an app, each of them is judged by itself. */
  async #commitApart(writer: Writer, batch: readonly PendingWrite[], app: number, deadline: Deadline): Promise<void> {
    const isGrowing = ({ write }: PendingWrite): boolean => write.app === app && write.growth > 0;
    await this.#commitTogether(
      writer,
      batch.filter((pending) => !isGrowing(pending)),
      deadline,
    );
    for (const pending of batch.filter(isGrowing)) await this.#commitTogether(writer, [pending], deadline);
  }

  /** What is left when those have been taken out that wait for somebody else's transaction. */
  async #setBlockedAside(
    session: Session,
    open: readonly PendingWrite[],
    deadline: Deadline,
  ): Promise<readonly PendingWrite[]> {
    const locked = await transact(session, deadline, (run) => lockedOf(run, open)).catch((error) => {
      // An engine that cannot skip locked rows: they are found by trying smaller transactions.
      if (failureKind(error) === "other") return new Set<PendingWrite>();
      throw error;
    });
    this.#queue.setAside([...locked]);
    return open.filter((pending) => !locked.has(pending));
  }

  /** What is left when those have their outcome. */
  #settleThose(
    batch: readonly PendingWrite[],
    isSettled: (pending: PendingWrite) => boolean,
    outcome: WriteOutcome,
  ): readonly PendingWrite[] {
    for (const pending of batch) if (isSettled(pending)) this.#queue.settle(pending, outcome);
    return batch.filter((pending) => !isSettled(pending));
  }
}
