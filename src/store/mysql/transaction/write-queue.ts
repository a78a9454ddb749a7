import { createSlots, type Place, type Slots } from "../../../core/admission/slots.ts";
import type { Usage } from "../../../core/admission/usage.ts";
import type { AttributesWrite, WriteOutcome } from "../../../core/ports.ts";
import type { WriteTerms } from "../../../core/terms.ts";
import { systemTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import { CHARACTERS_TOGETHER } from "../attributes/attribute-batch.ts";
import type { BatchedWrite } from "../attributes/batch-rows.ts";
import { outcomeMs } from "../connection/deadline.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { TimeoutQueue, type Waiting } from "../connection/timeout-queue.ts";
import { outlasts } from "./outlasts.ts";

export interface PendingWrite extends Waiting, BatchedWrite {
  readonly user: string;
  readonly resolve: (outcome: WriteOutcome) => void;
  /** Until when the outcome of a commit is waited for, by `performance.now()`. */
  endsAtMs: number;
  /** Undefined where it was let in freely; then what it has of the bytes for that. */
  readonly place: Place | undefined;
  freeBytes: number;
  /** Those with which it goes through a transaction now. */
  takenWith?: readonly PendingWrite[] | undefined;
  /** A commit with it may have been sent: until that is answered it may be stored or not. */
  isCommitting?: boolean;
  /** Somebody else's transaction had the user when it was tried: it goes apart from those who need not wait. */
  isBlocked?: boolean;
}

interface Busy {
  readonly by: PendingWrite;
  /** Others of the same user. */
  waiting: PendingWrite[];
}

interface WriteQueueNeeds {
  readonly location: MysqlLocation;
  /** Writes that one transaction may hold. */
  readonly batchMax: number;
  /** Bytes of the writes of all threads of the process. */
  readonly usage: Usage;
  /** Called when there is something to be taken. */
  readonly ready: () => void;
}

/** Of the writes of a process that are not answered, with what each takes beside its attributes. */
const BYTES_MAX = 16_777_216;
const WRITE_BYTES = 1024;
/** So much of a thread's is let in by nothing but a look at the sum. */
const FREE_BYTES_MAX = 262_144;
/** So that a caller is told within two seconds, whatever the operator's timeout is. */
const WAIT_MAX_MS = 1500;
/** After which a user that somebody else had is tried again. */
const HELD_UP_MS = 40;

/**
 * Writes of attributes that wait for a transaction, bounded in bytes and time. What is taken together is of different
 * users: each user's writes go one after the other, and one that the write before it has outdated is told so without
 * asking the database.
 *
 * A write that is not done in time is refused for certain as long as no commit with it has been sent, and none will be.
 */
export class WriteQueue {
  readonly #needs: WriteQueueNeeds;
  readonly #timeouts: TimeoutQueue<PendingWrite>;
  readonly #places: Slots;
  /** Users with a write under way. */
  readonly #busy = new Map<string, Busy>();
  #queue: PendingWrite[] = [];
  #freeBytes = 0;

  constructor(needs: WriteQueueNeeds) {
    this.#needs = needs;
    this.#timeouts = new TimeoutQueue(
      (pending, nowMs) => this.#giveUp(pending, nowMs),
      (up) => this.#forget(up),
    );
    this.#places = createSlots({
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
    const place = isFree ? undefined : this.#places.tryEnter(asker, size);
    if (!isFree && place === undefined) return Promise.reject(this.tooMuch());
    const freeBytes = isFree ? size : 0;
    this.#freeBytes += freeBytes;
    const { promise, resolve, reject } = Promise.withResolvers<WriteOutcome>();
    const now = performance.now();
    const asked = { write, authority: terms?.authority, user, resolve, reject };
    const pending: PendingWrite = { ...asked, place, freeBytes, endsAtMs: now + timeoutMs };
    this.#timeouts.watch(pending, now + Math.min(WAIT_MAX_MS, timeoutMs, terms?.waitMaxMs ?? timeoutMs));
    this.#queue.push(pending);
    this.#needs.ready();
    return promise;
  }

  /** For a write that is not and will not be done. */
  tooMuch(): StoreError {
    return new StoreError("busy", `${this.#needs.location.text} did not get a write done in time`);
  }

  /** Those that go into the next transaction. Each is to be settled, failed or set aside. */
  take(): readonly PendingWrite[] {
    const taken: PendingWrite[] = [];
    const left: PendingWrite[] = [];
    let characters = 0;
    for (const pending of this.#queue) {
      const busy = this.#busy.get(pending.user);
      if (busy !== undefined) {
        busy.waiting.push(pending);
        continue;
      }
      const length = pending.write.json.length;
      const fits =
        taken.length < this.#needs.batchMax &&
        characters + length <= CHARACTERS_TOGETHER &&
        taken[0]?.isBlocked === pending.isBlocked;
      if (!fits && taken.length > 0) {
        left.push(pending);
        continue;
      }
      characters += length;
      this.#busy.set(pending.user, { by: pending, waiting: [] });
      pending.takenWith = taken;
      taken.push(pending);
    }
    this.#queue = left;
    return taken;
  }

  /** Of those taken, the ones that nobody has given up; for the others no commit may be sent. */
  inTime(taken: readonly PendingWrite[]): readonly PendingWrite[] {
    if (!taken.some(({ isDone }) => isDone)) return taken;
    for (const pending of taken) if (pending.isDone) this.#release(pending, undefined);
    return taken.filter(({ isDone }) => !isDone);
  }

  settle(pending: PendingWrite, outcome: WriteOutcome): void {
    if (this.#timeouts.done(pending)) pending.resolve(outcome);
    this.#release(pending, outcome);
  }

  /** From now on a commit with them may be sent. */
  commits(batch: readonly PendingWrite[]): void {
    const leastMs = performance.now() + outcomeMs(this.#needs.location.timeoutMs);
    for (const pending of batch) {
      pending.isCommitting = true;
      pending.endsAtMs = Math.max(pending.endsAtMs, leastMs);
    }
  }

  /** No commit with them was sent, or it is certain that it has stored nothing. */
  hasNotCommitted(batch: readonly PendingWrite[]): void {
    for (const pending of batch) pending.isCommitting = false;
  }

  /** Those that were set aside may be under way with others by now, and are told by those. */
  fail(batch: readonly PendingWrite[], fault: StoreError): void {
    for (const pending of batch) {
      if (pending.takenWith !== batch) continue;
      if (this.#timeouts.done(pending)) pending.reject(fault);
      this.#release(pending, undefined);
    }
  }

  /** They are tried again soon, since somebody else's transaction has their users. */
  setAside(blocked: readonly PendingWrite[]): void {
    if (blocked.length === 0) return;
    for (const pending of blocked) {
      pending.isBlocked = true;
      this.#release(pending, undefined, pending.isDone === true);
    }
    setTimeout(() => {
      this.#queue.push(...blocked.filter(({ isDone }) => !isDone));
      this.#needs.ready();
    }, HELD_UP_MS);
  }

  /**
   * Those who waited for this user go on. One that names the version that has just been replaced has lost, unless its
   * caller may not any more, which the database must say.
   */
  #release(ended: PendingWrite, outcome: WriteOutcome | undefined, isOver = true): void {
    const { user, write } = ended;
    ended.takenWith = undefined;
    if (isOver) this.#leave(ended);
    const busy = this.#busy.get(user);
    if (busy?.by !== ended) return;
    this.#busy.delete(user);
    for (const pending of busy.waiting) {
      const isConflicting =
        outcome === "written" &&
        pending.write.userId === write.userId &&
        pending.write.version <= write.version &&
        outlasts(pending.authority, ended.authority);
      if (!isConflicting) {
        this.#queue.push(pending);
        continue;
      }
      this.#leave(pending);
      if (this.#timeouts.done(pending)) pending.resolve("conflict");
    }
    if (this.#queue.length > 0) this.#needs.ready();
  }

  /** One whose commit was sent is carried through all the same; only nobody waits for it any more. */
  #giveUp({ isCommitting, endsAtMs }: PendingWrite, nowMs: number): Error | undefined {
    if (!isCommitting) return this.tooMuch();
    if (nowMs < endsAtMs) return undefined;
    const { text } = this.#needs.location;
    return new StoreError("outcome_unknown", `${text} did not answer in time: whether a write is there is not known`);
  }

  /** Those that were given up keep nothing, unless a transaction with them is still under way. */
  #forget(up: ReadonlySet<PendingWrite>): void {
    const isLeft = (pending: PendingWrite): boolean => !up.has(pending);
    this.#queue = this.#queue.filter(isLeft);
    for (const pending of up) {
      if (pending.takenWith !== undefined) continue;
      this.#leave(pending);
      const busy = this.#busy.get(pending.user);
      if (busy !== undefined) busy.waiting = busy.waiting.filter(isLeft);
    }
  }

  /** Once or more often. */
  #leave(pending: PendingWrite): void {
    pending.place?.leave();
    this.#freeBytes -= pending.freeBytes;
    pending.freeBytes = 0;
  }
}
