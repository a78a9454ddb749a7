import { spyOn } from "bun:test";
import { Session } from "../../src/store/mysql/connection/session.ts";

/** Counts what the stores of this process ask their databases from now on; each is one way there and back. */
export class QueriesSent implements Disposable {
  readonly #asked = spyOn(Session.prototype, "queryBatch");

  get count(): number {
    return this.#asked.mock.calls.length;
  }

  [Symbol.dispose](): void {
    this.#asked.mockRestore();
  }
}
