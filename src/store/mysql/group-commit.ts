import type { AttributesWrite, WriteOutcome } from "../../core/ports.ts";
import { StoreError } from "../store-error.ts";
import { CHARACTERS_TOGETHER, lockedOf, outdatedOf, writeBatch } from "./attribute-batch.ts";
import { Deadline } from "./deadline.ts";
import { failureKind, isLocked, storeError } from "./errors.ts";
import type { MysqlLocation } from "./location.ts";
import { Overdue, type Waiting } from "./overdue.ts";
import { pause } from "./pause.ts";
import type { Session } from "./session.ts";
import { transact } from "./transact.ts";
import { Turnstile } from "./turnstile.ts";
import { type Grant, grant } from "./usage-lanes.ts";

interface Pending extends Waiting {
  readonly write: AttributesWrite;
  readonly user: string;
  readonly resolve: (outcome: WriteOutcome) => void;
  /** Somebody else's transaction had the user when it was tried: it goes apart from those who need not wait. */
  isHeldUp?: boolean;
}

interface Busy {
  readonly by: Pending;
  /** Others of the same user. */
  readonly waiting: Pending[];
}

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
  readonly togetherMax: number;
  /** See Turnstile. */
  readonly patienceMs: number;
}

/** So often the database may refuse a transaction before it is looked at why. */
const REFUSALS_MAX = 1;
/** After which a user that somebody else had is tried again. */
const HELD_UP_MS = 40;

/**
 * Writes of attributes, many in one transaction: those that come in while a connection is busy share the next one,
 * and so one flush of the disks. Transactions under way are of different users, each user's writes go one after the
 * other, and a write that the one before it has outdated is told so without asking the database.
 */
export class GroupCommit {
  readonly #needs: GroupCommitNeeds;
  readonly #turnstile: Turnstile<Writer>;
  readonly #overdue = new Overdue<Pending>();
  /** Users with a write under way. */
  readonly #busy = new Map<string, Busy>();
  #queue: Pending[] = [];

  constructor(needs: GroupCommitNeeds) {
    this.#needs = needs;
    this.#turnstile = new Turnstile(needs.writers, needs.patienceMs, (writer) => {
      const batch = this.#take();
      return batch.length === 0 ? undefined : this.#commit(writer, batch);
    });
  }

  write(write: AttributesWrite): Promise<WriteOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<WriteOutcome>();
    const { timeoutMs, text } = this.#needs.location;
    const pending: Pending = this.#overdue.watch(
      { write, user: `${write.app}/${write.name}`, resolve, reject },
      timeoutMs,
      // One that was sent is carried through all the same; only nobody waits for it any more.
      () => new StoreError("outcome_unknown", `${text} did not answer in time: whether a write is there is not known`),
    );
    this.#queue.push(pending);
    this.#turnstile.soon();
    return promise;
  }

  #take(): readonly Pending[] {
    const taken: Pending[] = [];
    const left: Pending[] = [];
    let characters = 0;
    for (const pending of this.#queue) {
      if (pending.isDone) continue;
      const busy = this.#busy.get(pending.user);
      if (busy !== undefined) {
        busy.waiting.push(pending);
        continue;
      }
      const length = pending.write.json.length;
      const fits =
        taken.length < this.#needs.togetherMax &&
        characters + length <= CHARACTERS_TOGETHER &&
        taken[0]?.isHeldUp === pending.isHeldUp;
      if (!fits && taken.length > 0) {
        left.push(pending);
        continue;
      }
      characters += length;
      this.#busy.set(pending.user, { by: pending, waiting: [] });
      taken.push(pending);
    }
    this.#queue = left;
    return taken;
  }

  async #commit(writer: Writer, batch: readonly Pending[]): Promise<void> {
    const { location } = this.#needs;
    try {
      await this.#commitTogether(writer, batch, new Deadline(location.timeoutMs));
    } catch (error) {
      const fault = storeError(error, location.text);
      for (const pending of batch) this.#fail(pending, fault);
    }
  }

  /** Gives every one of the batch its outcome, or rejects. */
  async #commitTogether(writer: Writer, batch: readonly Pending[], deadline: Deadline): Promise<void> {
    let open = batch;
    while (open.length > 0) {
      if (deadline.isOver)
        throw new StoreError("busy", `${this.#needs.location.text} did not get a write done in time`);
      const writes = open.map(({ write }) => write);
      const lane = await writer.lane();
      const body = async (run: Parameters<typeof writeBatch>[0]) => await writeBatch(run, lane, writes);
      try {
        const result = await transact(writer.session, deadline, body, REFUSALS_MAX);
        switch (result.kind) {
          case "written":
            for (const pending of open) this.#settle(pending, "written");
            return;
          case "outdated": {
            const outdated = await outdatedOf(writer.session, writes, deadline);
            if (outdated.size === 0) await pause();
            for (const pending of open) if (outdated.has(pending.write)) this.#settle(pending, "conflict");
            open = open.filter(({ write }) => !outdated.has(write));
            break;
          }
          case "app_unknown":
            open = this.#settleOf(open, result.app, "conflict");
            break;
          case "no_room": {
            const granted = await this.#grant(writer.session, lane, result, deadline);
            if (granted === "app_unknown") open = this.#settleOf(open, result.app, "conflict");
            else if (granted === "full" && open.length === 1) open = this.#settleOf(open, result.app, "full");
            else if (granted === "full") return await this.#commitApart(writer, open, result.app, deadline);
          }
        }
      } catch (error) {
        if (failureKind(error) !== "again") throw error;
        const free = isLocked(error) ? await this.#setHeldUpAside(writer.session, open, deadline) : open;
        // One that the database refuses must not fail its neighbours.
        const half = free.length === open.length && open.length > 1 ? Math.ceil(open.length / 2) : 0;
        if (half > 0) await this.#commitTogether(writer, free.slice(0, half), deadline);
        open = free.slice(half);
      }
    }
  }

  /** Where there is no room for all that grow in an app, each of them is judged by itself. */
  async #commitApart(writer: Writer, batch: readonly Pending[], app: number, deadline: Deadline): Promise<void> {
    const isGrowing = ({ write }: Pending): boolean => write.app === app && write.growth > 0;
    await this.#commitTogether(
      writer,
      batch.filter((pending) => !isGrowing(pending)),
      deadline,
    );
    for (const pending of batch.filter(isGrowing)) await this.#commitTogether(writer, [pending], deadline);
  }

  /** What is left when those have been taken out that wait for somebody else's transaction; they are tried again. */
  async #setHeldUpAside(session: Session, open: readonly Pending[], deadline: Deadline): Promise<readonly Pending[]> {
    const writes = open.map(({ write }) => write);
    const locked = await transact(session, deadline, (run) => lockedOf(run, writes)).catch((error) => {
      // An engine that cannot skip locked rows: they are found by trying smaller transactions.
      if (failureKind(error) === "other") return new Set<AttributesWrite>();
      throw error;
    });
    const heldUp = open.filter(({ write }) => locked.has(write));
    for (const pending of heldUp) {
      pending.isHeldUp = true;
      this.#release(pending, undefined);
    }
    if (heldUp.length > 0) {
      setTimeout(() => {
        this.#queue.push(...heldUp);
        this.#turnstile.soon();
      }, HELD_UP_MS);
    }
    return open.filter(({ write }) => !locked.has(write));
  }

  #grant(
    session: Session,
    lane: number,
    { app, growth, bytesMax }: { readonly app: number; readonly growth: number; readonly bytesMax: number },
    deadline: Deadline,
  ): Promise<Grant> {
    return transact(session, deadline, (run) => grant(run, app, lane, growth, bytesMax));
  }

  #settleOf(batch: readonly Pending[], app: number, outcome: WriteOutcome): readonly Pending[] {
    for (const pending of batch) if (pending.write.app === app) this.#settle(pending, outcome);
    return batch.filter(({ write }) => write.app !== app);
  }

  #settle(pending: Pending, outcome: WriteOutcome): void {
    if (this.#overdue.done(pending)) pending.resolve(outcome);
    this.#release(pending, outcome);
  }

  #fail(pending: Pending, fault: StoreError): void {
    if (this.#overdue.done(pending)) pending.reject(fault);
    this.#release(pending, undefined);
  }

  /** Those who waited for this user go on; who names the version that has just been replaced has lost. */
  #release(ended: Pending, outcome: WriteOutcome | undefined): void {
    const { user, write } = ended;
    const busy = this.#busy.get(user);
    if (busy?.by !== ended) return;
    this.#busy.delete(user);
    for (const pending of busy.waiting) {
      const isOutrun =
        outcome === "written" && pending.write.userId === write.userId && pending.write.version <= write.version;
      if (!isOutrun) this.#queue.push(pending);
      else if (this.#overdue.done(pending)) pending.resolve("conflict");
    }
    if (this.#queue.length > 0) this.#turnstile.soon();
  }
}
