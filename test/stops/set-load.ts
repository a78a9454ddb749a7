import { Client } from "../cluster/client.ts";
import { eventually } from "../harness/eventually.ts";
import { sleep } from "./sleep.ts";

export const USERS = Array.from({ length: 8 }, (_, index) => `user${index}`);

const REGISTERED_MS = 30_000;
const PAUSE_MS = 5;
const FAILED_PAUSE_MS = 50;

/** Each user's client sets a number that grows, again and again, and records the answers. */
export class SetLoad {
  /** user → the number that the last set carried, and the last that was answered 200. */
  readonly asked = new Map<string, number>();
  readonly acknowledged = new Map<string, number>();
  readonly #first = Promise.withResolvers<void>();
  readonly #loops: readonly Promise<void>[];
  #isOver = false;

  constructor(origin: string) {
    this.#loops = USERS.map((user) => this.#run(origin, user));
  }

  /** Settles when a set of each user is stored. */
  get begun(): Promise<void> {
    return this.#first.promise;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #run(origin: string, user: string): Promise<void> {
    await using client = new Client(() => origin);
    // On a busy machine some are told to retry.
    await eventually(() => client.register(user), REGISTERED_MS);
    for (let number = 1; !this.#isOver; number++) {
      this.asked.set(user, number);
      const { status } = await client.call("PUT", `metadata/user/${user}`, `number=${number}`);
      if (status === 200) {
        this.acknowledged.set(user, number);
        if (this.acknowledged.size === USERS.length) this.#first.resolve();
      }
      await sleep(status === 200 ? PAUSE_MS : FAILED_PAUSE_MS);
    }
  }
}
