import { createSlots, type Slot, type Slots } from "../../../core/admission/slots.ts";
import type { Usage } from "../../../core/admission/usage.ts";
import type { AttributesWrite, WriteOutcome } from "../../../core/ports/attribute-store.ts";
import type { WriteTerms } from "../../../core/ports/terms.ts";
import { systemTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import { STATEMENT_CHARACTERS_MAX } from "../attributes/attribute-batch.ts";
import type { BatchedWrite } from "../attributes/batch-rows.ts";
import { outcomeMs } from "../connection/deadline.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { TimeoutQueue, type Waiting } from "../connection/timeout-queue.ts";
import { isAtLeastAsValid } from "./is-at-least-as-valid.ts";

export interface PendingWrite extends Waiting, BatchedWrite {
  readonly user: string;
  readonly resolve: (outcome: WriteOutcome) => void;
  /** How long to wait for the outcome of its COMMIT, by `performance.now()`. */
  endsAtMs: number;
  /** Undefined if it entered without a reservation; then `freeBytes` is its size. */
  readonly slot: Slot | undefined;
  freeBytes: number;
  /** The batch that it is in now. */
  takenWith?: readonly PendingWrite[] | undefined;
  /** Its COMMIT may have been sent: until that is answered, it may be stored or not. */
  isCommitting?: boolean;
  /** Another transaction had locked the user: it goes into a batch of blocked writes only. */
  isBlocked?: boolean;
}

interface Busy {
  readonly by: PendingWrite;
  /** Other writes of the same user. */
  waiting: PendingWrite[];
}

interface WriteQueueNeeds {
  readonly location: MysqlLocation;
  /** Bytes of writes in flight, over all threads of the process. */
  readonly usage: Usage;
  /** Called when there is something to take. */
  readonly ready: () => void;
}

/** Writes per transaction, at most: a longer one only blocks others for longer. */
const BATCH_MAX = 256;
/** Bytes of all unanswered writes of a process, and the overhead of each write. */
const BYTES_MAX = 16_777_216;
const WRITE_BYTES = 1024;
/** Bytes per thread that enter without a reservation. */
const FREE_BYTES_MAX = 262_144;
/** A caller gets an answer within two seconds, even if the operator's timeout is longer. */
const WAIT_MAX_MS = 1500;
/** When to retry a write whose user was locked by another transaction. */
const BLOCKED_RETRY_MS = 40;

/**
 * Sets that wait for a transaction, bounded in bytes and time. A batch never has two sets of one user: they run one
 * after the other. A set whose version the set before it has replaced gets its conflict (409) without asking the
 * database.
 *
 * A set that times out is refused with certainty (`nothingStored`) as long as no COMMIT with it was sent.
 */
export class WriteQueue {
  readonly #needs: WriteQueueNeeds;
  readonly #timeouts: TimeoutQueue<PendingWrite>;
  readonly #slots: Slots;
  /** Users with a write in flight. */
  readonly #busy = new Map<string, Busy>();
  #queue: PendingWrite[] = [];
  #freeBytes = 0;

  constructor(needs: WriteQueueNeeds) {
    this.#needs = needs;
    this.#timeouts = new TimeoutQueue(
      (pending, nowMs) => this.#timeoutError(pending, nowMs),
      (rejected) => this.#removeTimedOut(rejected),
    );
    this.#slots = createSlots({
      resource: "writes",
      capacity: BYTES_MAX,
      waitingMax: 0,
      waitMaxMs: 0,
      leavesRoom: true,
      timers: systemTimers,
      usage: needs.usage,
    });
  }

  add(write: AttributesWrite, terms: WriteTerms | undefined): Promise<WriteOutcome> {
    const { app, name, bytes } = write;
    const { timeoutMs } = this.#needs.location;
    const user = `${app}/${name}`;
    const size = bytes + WRITE_BYTES;
    const isFree = this.#freeBytes + size <= FREE_BYTES_MAX;
    const asker = { address: `${app}`, account: terms?.account ?? user };
    const slot = isFree ? undefined : this.#slots.tryEnter(asker, size);
    if (!isFree && slot === undefined) return Promise.reject(this.notWritten());
    const freeBytes = isFree ? size : 0;
    this.#freeBytes += freeBytes;
    const { promise, resolve, reject } = Promise.withResolvers<WriteOutcome>();
    const now = performance.now();
    const asked = { write, authority: terms?.authority, user, resolve, reject };
    const pending: PendingWrite = { ...asked, slot, freeBytes, endsAtMs: now + timeoutMs };
    this.#timeouts.watch(pending, now + Math.min(WAIT_MAX_MS, timeoutMs, terms?.waitMaxMs ?? timeoutMs));
    this.#queue.push(pending);
    this.#needs.ready();
    return promise;
  }

  /** The error for a write that is not stored and never will be. */
  notWritten(): StoreError {
    return new StoreError("busy", `${this.#needs.location.text} could not complete a write in time`);
  }

  /** Takes the next batch. Each write is then settled, failed or postponed. */
  take(): readonly PendingWrite[] {
    const taken: PendingWrite[] = [];
    const remaining: PendingWrite[] = [];
    let characters = 0;
    for (const pending of this.#queue) {
      const busy = this.#busy.get(pending.user);
      if (busy !== undefined) {
        busy.waiting.push(pending);
        continue;
      }
      const length = pending.write.json.length;
      const fits =
        taken.length < BATCH_MAX &&
        characters + length <= STATEMENT_CHARACTERS_MAX &&
        taken[0]?.isBlocked === pending.isBlocked;
      if (!fits && taken.length > 0) {
        remaining.push(pending);
        continue;
      }
      characters += length;
      this.#busy.set(pending.user, { by: pending, waiting: [] });
      pending.takenWith = taken;
      taken.push(pending);
    }
    this.#queue = remaining;
    return taken;
  }

  /** The writes of the batch that have not timed out; no COMMIT may be sent with the others. */
  inTime(taken: readonly PendingWrite[]): readonly PendingWrite[] {
    if (!taken.some(({ isDone }) => isDone)) return taken;
    for (const pending of taken) if (pending.isDone) this.#release(pending, undefined);
    return taken.filter(({ isDone }) => !isDone);
  }

  settle(pending: PendingWrite, outcome: WriteOutcome): void {
    if (this.#timeouts.done(pending)) pending.resolve(outcome);
    this.#release(pending, outcome);
  }

  /** Call before the COMMIT is sent. */
  markCommitting(batch: readonly PendingWrite[]): void {
    const leastMs = performance.now() + outcomeMs(this.#needs.location.timeoutMs);
    for (const pending of batch) {
      pending.isCommitting = true;
      pending.endsAtMs = Math.max(pending.endsAtMs, leastMs);
    }
  }

  /** Call when no COMMIT was sent, or when it has certainly stored nothing. */
  clearCommitting(batch: readonly PendingWrite[]): void {
    for (const pending of batch) pending.isCommitting = false;
  }

  /** Rejects the batch. Writes that were postponed may be in another batch by now; that one settles them. */
  fail(batch: readonly PendingWrite[], fault: StoreError): void {
    for (const pending of batch) {
      if (pending.takenWith !== batch) continue;
      if (this.#timeouts.done(pending)) pending.reject(fault);
      this.#release(pending, undefined);
    }
  }

  /** Queues writes again after a pause, because another transaction has locked their users. */
  postpone(blocked: readonly PendingWrite[]): void {
    if (blocked.length === 0) return;
    for (const pending of blocked) {
      pending.isBlocked = true;
      this.#release(pending, undefined, pending.isDone === true);
    }
    setTimeout(() => {
      this.#queue.push(...blocked.filter(({ isDone }) => !isDone));
      this.#needs.ready();
    }, BLOCKED_RETRY_MS);
  }

  /**
   * Lets the waiting writes of this user continue. One that names the replaced version conflicts, unless its authority
   * may have been revoked: the database must check that.
   */
  #release(ended: PendingWrite, outcome: WriteOutcome | undefined, isOver = true): void {
    const { user, write } = ended;
    ended.takenWith = undefined;
    if (isOver) this.#freeReservation(ended);
    const busy = this.#busy.get(user);
    if (busy?.by !== ended) return;
    this.#busy.delete(user);
    for (const pending of busy.waiting) {
      const isConflicting =
        outcome === "written" &&
        pending.write.userId === write.userId &&
        pending.write.version <= write.version &&
        isAtLeastAsValid(pending.authority, ended.authority);
      if (!isConflicting) {
        this.#queue.push(pending);
        continue;
      }
      this.#freeReservation(pending);
      if (this.#timeouts.done(pending)) pending.resolve("conflict");
    }
    if (this.#queue.length > 0) this.#needs.ready();
  }

  /** A write whose COMMIT was sent is carried through; its caller gets `outcome_unknown` at the timeout. */
  #timeoutError({ isCommitting, endsAtMs }: PendingWrite, nowMs: number): Error | undefined {
    if (!isCommitting) return this.notWritten();
    if (nowMs < endsAtMs) return undefined;
    const { text } = this.#needs.location;
    return new StoreError("outcome_unknown", `${text} did not answer in time: whether a write is stored is not known`);
  }

  /** Frees the reservations of timed-out writes, unless a transaction with them is still in flight. */
  #removeTimedOut(rejected: ReadonlySet<PendingWrite>): void {
    const isLeft = (pending: PendingWrite): boolean => !rejected.has(pending);
    this.#queue = this.#queue.filter(isLeft);
    for (const pending of rejected) {
      if (pending.takenWith !== undefined) continue;
      this.#freeReservation(pending);
      const busy = this.#busy.get(pending.user);
      if (busy !== undefined) busy.waiting = busy.waiting.filter(isLeft);
    }
  }

  /** May be called more than once. */
  #freeReservation(pending: PendingWrite): void {
    pending.slot?.leave();
    this.#freeBytes -= pending.freeBytes;
    pending.freeBytes = 0;
  }
}
