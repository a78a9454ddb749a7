import { type AdmissionMemory, newAdmissionMemory } from "../../../core/admission/memory.ts";
import { settlesWithin } from "../../../core/async/settles-within.ts";
import type { Refusal } from "../../../core/refusals.ts";
import { closingTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import type { CommandArguments, CommandName, CommandResult } from "../commands/commands.ts";
import { Claim } from "./claim.ts";
import { type Room, WriteBudget } from "./write-budget.ts";
import type { LinkMessage } from "./writer-link.ts";
import { type Answers, type NumberedCommand, receivedFault } from "./writer-messages.ts";

/** The writer's answer, after the fsync. */
export interface Written<Result> {
  readonly result: Result;
  /** Of attributes that were written: see `VersionStamps`. Undefined if the same commit may have changed them again. */
  readonly stamp: number | undefined;
}

export interface WriterClientOptions {
  /** Memory that the threads of this server share, and this thread's index in it. */
  readonly admission?: AdmissionMemory;
  readonly thread?: number;
  /** How long a command may wait to start before it is withdrawn. */
  readonly waitMaxMs?: number;
  /** How long to wait for a command that has started. */
  readonly outcomeMaxMs?: number;
}

interface Pending {
  readonly command: NumberedCommand;
  readonly arrivedMs: number;
  readonly room: Room;
  resolve(written: Written<never>): void;
  reject(error: StoreError | Refusal): void;
}

/** A client gets its 503 within two seconds of the request. */
export const WAIT_MAX_MS = 1500;
const OUTCOME_MAX_MS = 10_000;
/** How long closing waits for writes in flight: most of their callers are gone by then. */
const CLOSE_MS = 300;
/** How late the two timeouts may fire. */
const SWEEP_MS = 50;

/**
 * A serving thread's connection to the writer. One message is in flight at a time; meanwhile, further writes gather
 * here and go with the next message. So a commit takes all that waits, and a message costs little.
 *
 * A command that does not start in time is withdrawn and rejected, and never runs, even if its message was sent already
 * (claim.ts). A command that has started and is not answered is rejected later, with `outcome_unknown`.
 */
export class WriterClient {
  readonly #path: string;
  readonly #waitMaxMs: number;
  readonly #outcomeMaxMs: number;
  readonly #budget: WriteBudget;
  /** All unanswered commands. */
  readonly #pending = new Map<number, Pending>();
  #port: MessagePort | undefined;
  #claim: Claim | undefined;
  #outbox: Pending[] = [];
  /** The commands of the message in flight, in order, without those withdrawn. */
  #inFlight: readonly Pending[] = [];
  #lastId = 0;
  /** A message is in flight. */
  #isBusy = false;
  #isPostDue = false;
  #sweeping: ReturnType<typeof setInterval> | undefined;
  /** Why no more commands are accepted. */
  #ended: StoreError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(path: string, options: WriterClientOptions = {}) {
    this.#path = path;
    this.#waitMaxMs = options.waitMaxMs ?? WAIT_MAX_MS;
    this.#outcomeMaxMs = options.outcomeMaxMs ?? OUTCOME_MAX_MS;
    this.#budget = new WriteBudget(options.admission ?? newAdmissionMemory(1), options.thread ?? 0);
  }

  /** Receives messages of the writer's owner. */
  readonly receive = (message: LinkMessage): void => {
    if (message.kind === "writer-begun") {
      this.#port = message.port;
      this.#claim = new Claim(message.claim);
      message.port.onmessage = ({ data }: { readonly data: Answers }) => this.#settle(data);
      this.#post();
      return;
    }
    const error = receivedFault(message.fault);
    // Commands that had not started wait for the next writer.
    this.#withdraw();
    for (const pending of this.#inFlight) this.#reject(pending, error);
    this.#release();
    if (message.forGood) {
      const { fault, message: text, cause } = error;
      this.#ended ??= new StoreError(fault, text, cause, true);
      for (const pending of this.#outbox) this.#reject(pending, this.#ended);
      this.#outbox = [];
    }
    this.#notifyIfIdle();
  };

  /** Resolves when the command's transaction is on disk (after the fsync). */
  async send<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<CommandResult<Name>> {
    return (await this.write(name, ...args)).result;
  }

  /**
   * Rejects with a `Refusal` if the budget is full, and with a `StoreError` that says whether the write may be stored.
   */
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
      // At the end of this turn of the event loop, together with the writes of its other requests.
      this.#isPostDue = true;
      setImmediate(() => this.#post());
    });
  }

  /** Rejects if a set of the largest size cannot be written now. */
  async ping(): Promise<void> {
    await this.send("probe");
  }

  /** Approximate bytes of writes that wait here or are in flight. */
  get bytesHeld(): number {
    return this.#budget.held;
  }

  /** Resolves when all earlier commands are answered, which is soon; no new ones are accepted. */
  async close(): Promise<void> {
    const ended = new StoreError("closed", `${this.#path} has been closed`);
    this.#ended ??= ended;
    if (this.#pending.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      if (!(await settlesWithin(closingTimers, CLOSE_MS, promise))) {
        this.#withdraw();
        for (const pending of this.#outbox) this.#reject(pending, ended);
        for (const pending of this.#inFlight) this.#reject(pending, notAnswered(this.#path));
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
    this.#inFlight = this.#outbox;
    this.#outbox = [];
    this.#port.postMessage(this.#inFlight.map(({ command }) => command));
  }

  #settle({ results, faults, isDone }: Answers): void {
    for (const [id, result, stamp] of results) {
      const pending = this.#pending.get(id);
      if (pending === undefined) continue;
      this.#complete(pending);
      // as: the writer ran the command that `write` was typed by
      pending.resolve({ result: result as never, stamp });
    }
    for (const { id, fault } of faults) {
      const pending = this.#pending.get(id);
      if (pending !== undefined) this.#reject(pending, receivedFault(fault));
    }
    if (isDone) {
      this.#isBusy = false;
      this.#inFlight = [];
      this.#post();
    }
    this.#notifyIfIdle();
  }

  #sweep(): void {
    const now = performance.now();
    const isLate = ({ arrivedMs }: Pending): boolean => arrivedMs <= now - this.#waitMaxMs;
    // The first that has not started is the oldest of them.
    const next = this.#inFlight[this.#claim?.begun ?? 0];
    if (next !== undefined && isLate(next)) this.#withdraw();
    const inTime = this.#outbox.findIndex((pending) => !isLate(pending));
    const late = this.#outbox.splice(0, inTime < 0 ? this.#outbox.length : inTime);
    for (const pending of late) this.#reject(pending, notBegun(this.#path));
    for (const pending of this.#inFlight) {
      if (pending.arrivedMs <= now - this.#outcomeMaxMs) this.#reject(pending, notAnswered(this.#path));
    }
    if (this.#pending.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    this.#notifyIfIdle();
  }

  /** Withdraws the commands of the message in flight that have not started, and queues them again. */
  #withdraw(): void {
    if (this.#claim === undefined || this.#inFlight.length === 0) return;
    const begun = this.#claim.withdraw();
    this.#outbox = [...this.#inFlight.slice(begun), ...this.#outbox];
    this.#inFlight = this.#inFlight.slice(0, begun);
  }

  #reject(pending: Pending, error: StoreError): void {
    if (this.#complete(pending)) pending.reject(error);
  }

  /** False: it was answered before. */
  #complete({ command: [id], room }: Pending): boolean {
    if (!this.#pending.delete(id)) return false;
    this.#budget.leave(room);
    return true;
  }

  #notifyIfIdle(): void {
    if (this.#pending.size === 0) this.#onIdle?.();
  }

  #release(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#claim = undefined;
    this.#inFlight = [];
    this.#isBusy = false;
  }
}

function notBegun(path: string): StoreError {
  return new StoreError(
    "busy",
    `${path} could not be written in time: another process has locked it, or its disk does not answer`,
  );
}

function notAnswered(path: string): StoreError {
  return new StoreError("outcome_unknown", `the disk of ${path} does not answer: a write may be stored or not`);
}
