import { connectRaw, type RawConnection } from "../harness/raw.ts";
import { APP_KEY } from "../harness/usermeta-process.ts";
import { USERS } from "./set-load.ts";

const CALLERS = 20;

/** Clients whose tokens only another service can verify: each sends again as soon as it is answered. */
export class WaitingCallers implements AsyncDisposable {
  readonly #connections: RawConnection[] = [];
  readonly #calling: readonly Promise<void>[];
  #isOver = false;

  constructor(origin: string, token: () => Promise<string>) {
    this.#calling = Array.from({ length: CALLERS }, (_, index) => this.#call(origin, index, token));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#connections.map((connection) => connection[Symbol.asyncDispose]()));
    await Promise.all(this.#calling);
  }

  async #call(origin: string, index: number, token: () => Promise<string>): Promise<void> {
    try {
      const connection = await connectRaw(origin);
      this.#connections.push(connection);
      while (!this.#isOver) {
        const headers = [["Authorization", `Bearer ${await token()}`]] as const;
        await connection.call("GET", `/${APP_KEY}/metadata/user/${USERS[index % USERS.length]}`, { headers });
      }
    } catch {
      // The server has ended.
    }
  }
}
