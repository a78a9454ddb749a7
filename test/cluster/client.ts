import { connectRaw, type RawConnection } from "../harness/raw.ts";
import { APP_KEY, OPERATOR_KEY } from "./usermeta-process.ts";

/** One answer, as far as the proofs look at it. */
export interface LoadAnswer {
  /** 0 = none came: the connection broke. */
  readonly status: number;
  readonly data: unknown;
  /** ms of this process's own clock. */
  readonly from: number;
  readonly to: number;
}

export interface Sample extends LoadAnswer {
  readonly kind: "set" | "get";
}

const HEADERS = [
  ["Authorization", `Bearer ${OPERATOR_KEY}`],
  ["Content-Type", "application/x-www-form-urlencoded"],
] as const;

/**
 * One client on one connection of its own: exactly what it sends is sent, and exactly once. (`fetch` may repeat a
 * request on a connection that broke.)
 */
export class Client implements AsyncDisposable {
  readonly #origin: () => string;
  #connection: RawConnection | undefined;

  /** @param origin asked for each connection anew: a server that was started again is elsewhere */
  constructor(origin: () => string) {
    this.#origin = origin;
  }

  async call(method: string, path: string, body?: string): Promise<LoadAnswer> {
    const from = performance.now();
    try {
      this.#connection ??= await connectRaw(this.#origin());
      const sent = body === undefined ? { headers: HEADERS } : { headers: HEADERS, body };
      const { status, body: answered } = await this.#connection.call(method, `/${APP_KEY}/${path}`, sent);
      return { status, data: answered?.data, from, to: performance.now() };
    } catch {
      await this.#drop();
      return { status: 0, data: undefined, from, to: performance.now() };
    }
  }

  async #drop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop();
  }
}
