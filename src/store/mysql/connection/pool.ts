import type { Asker } from "../../../core/admission/asker.ts";
import { createSlots, type Slot, type Slots } from "../../../core/admission/slots.ts";
import { Refusal } from "../../../core/refusals.ts";
import { systemTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import type { MysqlLocation } from "./location.ts";
import { queueWaitMs } from "./queue-wait.ts";

/** Calls of one thread that may wait for a connection. */
const WAITING_MAX = 1000;

/** A fixed connection pool with fair queueing among apps and their users. */
export class Pool<T> {
  readonly #location: MysqlLocation;
  readonly #idle: T[];
  readonly #slots: Slots;

  constructor(location: MysqlLocation, items: readonly T[]) {
    this.#location = location;
    this.#idle = [...items];
    this.#slots = createSlots({
      resource: "database_connections",
      capacity: items.length,
      waitingMax: WAITING_MAX,
      waitMaxMs: queueWaitMs(location),
      leavesRoom: false,
      timers: systemTimers,
    });
  }

  /** Rejects with `busy`, without calling `use`, if no connection becomes free in time; else settles as `use` does. */
  async use<Result>(asker: Asker, use: (lent: T) => Promise<Result>): Promise<Result> {
    const slot = await this.#enter(asker);
    const lent = this.#idle.pop();
    try {
      if (lent === undefined) throw new Error("the pool has lent out more than it holds");
      return await use(lent);
    } finally {
      if (lent !== undefined) this.#idle.push(lent);
      slot.leave();
    }
  }

  async #enter(asker: Asker): Promise<Slot> {
    try {
      return await this.#slots.enter(asker);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new StoreError("busy", `${this.#location.text}: no connection became free in time`);
    }
  }
}
