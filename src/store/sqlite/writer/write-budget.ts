import { type AdmissionMemory, usageOf } from "../../../core/admission/memory.ts";
import { createSlots, type Place, type Slots } from "../../../core/admission/slots.ts";
import type { Timers } from "../../../core/ports.ts";
import { busy } from "../../../core/refusals.ts";
import { commandAsker, commandWeight } from "./command-weight.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** Bytes of writes between the rules and the disk, in all threads of a server together. */
const WRITES_BYTES_MAX = 16_777_216;
/**
 * What a thread may have on its way without asking for room: more than a commit of 64 small sets, so that a set asks
 * only when many or large ones wait. Asking costs half a microsecond, one per cent of a set.
 */
const UNASKED_BYTES_MAX = 262_144;
/** What one command counts at most: a batch of a hundred large users weighs more than all that may wait. */
const COMMAND_BYTES_MAX = 4_194_304;

/** What a command holds of the budget until it is answered. */
export type Room = Place | number;

/** Bounds the memory of the writes that wait for the writer, and shares it out fairly among apps and their users. */
export class WriteBudget {
  readonly #slots: Slots;
  #unasked = 0;

  /** @param thread this one's place among those that share the memory */
  constructor(memory: AdmissionMemory, thread: number) {
    this.#slots = createSlots({
      resource: "writes",
      capacity: WRITES_BYTES_MAX,
      waitingMax: 0,
      waitMaxMs: 0,
      leavesRoom: true,
      timers: NO_TIMERS,
      usage: usageOf(memory, "writes", thread),
    });
  }

  /** Refuses with `busy`. */
  enter(command: NumberedCommand): Room {
    const bytes = Math.min(commandWeight(command), COMMAND_BYTES_MAX);
    if (this.#unasked + bytes <= UNASKED_BYTES_MAX) {
      this.#unasked += bytes;
      return bytes;
    }
    const place = this.#slots.tryEnter(commandAsker(command), bytes);
    if (place === undefined) throw busy();
    return place;
  }

  leave(room: Room): void {
    if (typeof room === "number") this.#unasked -= room;
    else room.leave();
  }

  /** Bytes of this thread's writes. */
  get held(): number {
    return this.#unasked + this.#slots.held;
  }
}

/** Nobody waits for room, so that there is nothing to wake. */
const NO_TIMERS: Timers = {
  nowMs: () => 0,
  every: () => ({ [Symbol.dispose]() {} }),
  after: () => ({ [Symbol.dispose]() {} }),
};
