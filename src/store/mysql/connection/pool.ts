import type { Asker } from "../../../core/admission/asker.ts";
import { createSlots, type Place, type Slots } from "../../../core/admission/slots.ts";
import { Refusal } from "../../../core/refusals.ts";
import { systemTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import type { MysqlLocation } from "./location.ts";
import { queueWaitMs } from "./queue-wait.ts";

/** Calls of one thread that wait for a connection. */
const WAITING_MAX = 1000;

/** Lends out a few things, each to one borrower at a time, in fair turns of apps and what they ask for. */
export class Pool<T> {
  readonly #location: MysqlLocation;
  readonly #idle: T[];
  readonly #slots: Slots;

  constructor(location: MysqlLocation, things: readonly T[]) {
    this.#location = location;
    this.#idle = [...things];
    this.#slots = createSlots({
      resource: "database_connections",
      capacity: things.length,
      waitingMax: WAITING_MAX,
      waitMaxMs: queueWaitMs(location),
      leavesRoom: false,
      timers: systemTimers,
    });
  }

  /** Rejects with `busy`, and has not called `use`, when none comes free in time; else with what `use` rejects with. */
  async use<Result>(asker: Asker, use: (lent: T) => Promise<Result>): Promise<Result> {
    const place = await this.#enter(asker);
    const lent = this.#idle.pop();
    try {
      if (lent === undefined) throw new Error("more were lent than there are");
      return await use(lent);
    } finally {
      if (lent !== undefined) this.#idle.push(lent);
      place.leave();
    }
  }

  async #enter(asker: Asker): Promise<Place> {
    try {
      return await this.#slots.enter(asker);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new StoreError("busy", `${this.#location.text} has too much to do`);
    }
  }
}
