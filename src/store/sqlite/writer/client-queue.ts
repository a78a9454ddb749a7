import type { Claim } from "./claim.ts";
import { commandWeight } from "./command-weight.ts";
import type { Done } from "./group-commit.ts";
import type { Answers, NumberedCommand, SentFault } from "./writer-messages.ts";

/** A client's message while the writer works on it, over as many transactions as it takes. */
export class ClientQueue {
  readonly #port: Pick<MessagePort, "postMessage">;
  readonly #claim: Claim;
  #commands: readonly NumberedCommand[] = [];
  /** How many have started or were withdrawn. */
  #next = 0;
  /** Started and not answered yet. */
  #open = 0;
  #results: Answers["results"][number][] = [];
  #faults: Answers["faults"][number][] = [];

  constructor(port: Pick<MessagePort, "postMessage">, claim: Claim) {
    this.#port = port;
    this.#claim = claim;
  }

  receive(commands: readonly NumberedCommand[]): void {
    this.#commands = commands;
    this.#next = 0;
  }

  /** True if some commands have not started. */
  get isWaiting(): boolean {
    return this.#next < this.#commands.length;
  }

  /** True if one of them is a probe for room on the disk. */
  get isProbing(): boolean {
    return this.isWaiting && this.#commands.some(([, name], index) => index >= this.#next && name === "probe");
  }

  /**
   * Starts as many commands as fit; none if the client has withdrawn them.
   * @param mayExceed a single command may exceed bytesMax
   */
  begin(bytesMax: number, mayExceed: boolean): readonly NumberedCommand[] {
    const from = this.#next;
    let to = from;
    for (let bytes = 0; to < this.#commands.length; to++) {
      const command = this.#commands[to];
      bytes += command === undefined ? 0 : commandWeight(command);
      if (bytes > bytesMax && !(mayExceed && to === from)) break;
    }
    if (to === from) return [];
    if (!this.#claim.begin(from, to)) {
      this.#commands = this.#commands.slice(0, from);
      return [];
    }
    this.#next = to;
    this.#open += to - from;
    return from === 0 && to === this.#commands.length ? this.#commands : this.#commands.slice(from, to);
  }

  done([id]: NumberedCommand, { result, stamp }: Done): void {
    this.#open -= 1;
    this.#results.push(stamp === undefined ? [id, result] : [id, result, stamp]);
  }

  failed([id]: NumberedCommand, fault: SentFault): void {
    this.#open -= 1;
    this.#faults.push({ id, fault });
  }

  /** Sends the client the outcomes since the last call. */
  answer(): void {
    const isDone = !this.isWaiting && this.#open === 0;
    if (this.#results.length === 0 && this.#faults.length === 0 && !isDone) return;
    const answers: Answers = { results: this.#results, faults: this.#faults, isDone };
    this.#port.postMessage(answers);
    this.#results = [];
    this.#faults = [];
    if (isDone) this.#commands = [];
  }
}
