import { type AdmissionMemory, newAdmissionMemory } from "../../../core/admission/memory.ts";
import { settlesWithin } from "../../../core/async/settles-within.ts";
import type { Refusal } from "../../../core/refusals.ts";
import { closingTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import type { CommandArguments, CommandName, CommandResult } from "../commands.ts";
import { Claim } from "./claim.ts";
import { type Room, WriteBudget } from "./write-budget.ts";
import type { LinkMessage } from "./writer-link.ts";
import { type Answers, type NumberedCommand, receivedFault } from "./writer-messages.ts";

/** What the writer answers, once it is on disk. */
export interface Written<Result> {
  readonly result: Result;
  /** Of attributes that were written: see `VersionStamps`. Undefined when another may have changed them in the same commit. */
  readonly stamp: number | undefined;
}

export interface WriterClientOptions {
  /** What the threads of this server share, and this one's place among them. */
  readonly admission?: AdmissionMemory;
  readonly thread?: number;
  /** How long a command waits to be begun before it is taken back. */
  readonly waitMaxMs?: number;
  /** How long a command is waited for that was begun. */
  readonly outcomeMaxMs?: number;
}

interface Pending {
  readonly command: NumberedCommand;
  readonly arrivedMs: number;
  readonly room: Room;
  resolve(written: Written<never>): void;
  reject(error: StoreError | Refusal): void;
}

/** So that a client has its 503 within two seconds of its request. */
export const WAIT_MAX_MS = 1500;
const OUTCOME_MAX_MS = 10_000;
/** How long closing waits for what is under way: its callers have mostly gone by then. */
const CLOSE_MS = 300;
/** Within which the two are kept. */
const SWEEP_MS = 50;

/**
 * A serving thread's end of the writer. One message is under way at a time: while the writer works on it, what else
 * is to be written gathers here and goes with the next. So a commit takes all that waits, and a message costs little.
 *
 * A command that the writer does not begin in time is taken back and rejected, and then never carried out: while it is
 * here, and also while it is on its way (claim.ts). One that was begun and is not answered is rejected later, with
 * `outcome_unknown`.
 */
export class WriterClient {
  readonly #path: string;
  readonly #waitMaxMs: number;
  readonly #outcomeMaxMs: number;
  readonly #budget: WriteBudget;
  /** All that are not answered yet. */
  readonly #pending = new Map<number, Pending>();
  #port: MessagePort | undefined;
  #claim: Claim | undefined;
  #outbox: Pending[] = [];
  /** What the writer has, in the order of the message; without what was taken back. */
  #underWay: readonly Pending[] = [];
  #lastId = 0;
  /** The writer has a message of ours. */
  #isBusy = false;
  #isPostDue = false;
  #sweeping: ReturnType<typeof setInterval> | undefined;
  /** Why nothing is taken any more. */
  #ended: StoreError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(path: string, options: WriterClientOptions = {}) {
    this.#path = path;
    this.#waitMaxMs = options.waitMaxMs ?? WAIT_MAX_MS;
    this.#outcomeMaxMs = options.outcomeMaxMs ?? OUTCOME_MAX_MS;
    this.#budget = new WriteBudget(options.admission ?? newAdmissionMemory(1), options.thread ?? 0);
  }

  /** Takes what the writer's owner says. */
  readonly hear = (message: LinkMessage): void => {
    if (message.kind === "writer-begun") {
      this.#port = message.port;
      this.#claim = new Claim(message.claim);
      message.port.onmessage = ({ data }: { readonly data: Answers }) => this.#settle(data);
      this.#post();
      return;
    }
    const error = receivedFault(message.fault);
    // What it had not begun waits for the next writer.
    this.#takeBack();
    for (const pending of this.#underWay) this.#reject(pending, error);
    this.#release();
    if (message.forGood) {
      const { fault, message: text, cause } = error;
      this.#ended ??= new StoreError(fault, text, cause, true);
      for (const pending of this.#outbox) this.#reject(pending, this.#ended);
      this.#outbox = [];
    }
    this.#tellIdle();
  };

  /** Resolves when the command's transaction is on disk. */
  async send<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<CommandResult<Name>> {
    return (await this.write(name, ...args)).result;
  }

  /** Rejects with a `Refusal` where too much waits, and with a `StoreError` that says whether it may be stored. */
  write<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<Written<CommandResult<Name>>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#lastId + 1;
      const command = [id, name, ...args] as unknown as NumberedCommand; // as: tied by the signature
      const room = this.#budget.enter(command);
      const pending: Pending = { command, arrivedMs: performance.now(), room, resolve, reject };
      this.#lastId = id;
      this.#pending.set(id, pending);
      this.#outbox.push(pending);
      this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS);
      if (this.#isBusy || this.#isPostDue) return;
      // At the end of this turn of the loop, with all that its other requests write.
      this.#isPostDue = true;
      setImmediate(() => this.#post());
    });
  }

  /** Rejects when a set of the largest size could not be written at present. */
  async ping(): Promise<void> {
    await this.send("probe");
  }

  /** Bytes of the writes that wait here and on their way, about. */
  get bytesHeld(): number {
    return this.#budget.held;
  }

  /** Resolves when all that was sent before has been answered, which is soon; from now on nothing is taken. */
  async close(): Promise<void> {
    const ended = new StoreError("closed", `${this.#path} has been closed`);
    this.#ended ??= ended;
    if (this.#pending.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      if (!(await settlesWithin(closingTimers, CLOSE_MS, promise))) {
        this.#takeBack();
        for (const pending of this.#outbox) this.#reject(pending, ended);
        for (const pending of this.#underWay) this.#reject(pending, notAnswered(this.#path));
      }
    }
    clearInterval(this.#sweeping);
    this.#release();
  }

  #post(): void {
    this.#isPostDue = false;
    if (this.#isBusy || this.#outbox.length === 0 || this.#port === undefined) return;
    this.#isBusy = true;
    this.#claim?.reset();
    this.#underWay = this.#outbox;
    this.#outbox = [];
    this.#port.postMessage(this.#underWay.map(({ command }) => command));
  }

  #settle({ results, faults, isDone }: Answers): void {
    for (const [id, result, stamp] of results) {
      const pending = this.#pending.get(id);
      if (pending === undefined) continue;
      this.#forget(pending);
      // as: the writer ran the command that `write` was typed by
      pending.resolve({ result: result as never, stamp });
    }
    for (const { id, fault } of faults) {
      const pending = this.#pending.get(id);
      if (pending !== undefined) this.#reject(pending, receivedFault(fault));
    }
    if (isDone) {
      this.#isBusy = false;
      this.#underWay = [];
      this.#post();
    }
    this.#tellIdle();
  }

  #sweep(): void {
    const now = performance.now();
    const isLate = ({ arrivedMs }: Pending): boolean => arrivedMs <= now - this.#waitMaxMs;
    // The first that is not begun is the oldest of them.
    const next = this.#underWay[this.#claim?.begun ?? 0];
    if (next !== undefined && isLate(next)) this.#takeBack();
    const inTime = this.#outbox.findIndex((pending) => !isLate(pending));
    const late = this.#outbox.splice(0, inTime < 0 ? this.#outbox.length : inTime);
    for (const pending of late) this.#reject(pending, notBegun(this.#path));
    for (const pending of this.#underWay) {
      if (pending.arrivedMs <= now - this.#outcomeMaxMs) this.#reject(pending, notAnswered(this.#path));
    }
    if (this.#pending.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    this.#tellIdle();
  }

  /** What the writer has not begun of the message under way is as if it had not been posted. */
  #takeBack(): void {
    if (this.#claim === undefined || this.#underWay.length === 0) return;
    const begun = this.#claim.withdraw();
    this.#outbox = [...this.#underWay.slice(begun), ...this.#outbox];
    this.#underWay = this.#underWay.slice(0, begun);
  }

  #reject(pending: Pending, error: StoreError): void {
    if (this.#forget(pending)) pending.reject(error);
  }

  /** False: it has been answered before. */
  #forget({ command: [id], room }: Pending): boolean {
    if (!this.#pending.delete(id)) return false;
    this.#budget.leave(room);
    return true;
  }

  #tellIdle(): void {
    if (this.#pending.size === 0) this.#onIdle?.();
  }

  #release(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#claim = undefined;
    this.#underWay = [];
    this.#isBusy = false;
  }
}

function notBegun(path: string): StoreError {
  return new StoreError(
    "busy",
    `${path} could not be written for too long: another process has locked it, or its disk does not answer`,
  );
}

function notAnswered(path: string): StoreError {
  return new StoreError("outcome_unknown", `the disk of ${path} does not answer: a write may be stored or not`);
}
