import { type AdmissionMemory, usageOf } from "../../../core/admission/memory.ts";
import { createSlots, type Slot, type Slots } from "../../../core/admission/slots.ts";
import type { Timers } from "../../../core/ports/system/timers.ts";
import { busy } from "../../../core/refusals.ts";
import { commandAsker, commandWeight } from "./command-weight.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** Bytes of writes in flight, in all threads of a server together. */
const WRITES_BYTES_MAX = 16_777_216;
/**
 * Bytes that a thread may have in flight without a reservation: more than a commit of 64 small sets, so that only many
 * or large sets need one. A reservation costs half a microsecond, one per cent of a set.
 */
const UNRESERVED_BYTES_MAX = 262_144;
/** The maximum that one command counts: a batch of a hundred large users is larger than the whole budget. */
const COMMAND_BYTES_MAX = 4_194_304;

/** A command's share of the budget until it is answered. */
export type Room = Slot | number;

/** Bounds the memory of writes in flight, shared fairly among apps and their users. */
export class WriteBudget {
  readonly #slots: Slots;
  #unreserved = 0;

  /** @param thread this thread's index among those that share the memory */
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
    if (this.#unreserved + bytes <= UNRESERVED_BYTES_MAX) {
      this.#unreserved += bytes;
      return bytes;
    }
    const slot = this.#slots.tryEnter(commandAsker(command), bytes);
    if (slot === undefined) throw busy();
    return slot;
  }

  leave(room: Room): void {
    if (typeof room === "number") this.#unreserved -= room;
    else room.leave();
  }

  /** Bytes of this thread's writes. */
  get held(): number {
    return this.#unreserved + this.#slots.held;
  }
}

/** No command waits for room, so there is nothing to wake. */
const NO_TIMERS: Timers = {
  nowMs: () => 0,
  every: () => ({ [Symbol.dispose]() {} }),
  after: () => ({ [Symbol.dispose]() {} }),
};
