import { connectRaw, type RawConnection } from "../harness/raw.ts";
import { APP_KEY, OPERATOR_KEY } from "../harness/usermeta-process.ts";
import { Unserved } from "./unserved.ts";

/** One answer, as far as the proofs look at it. */
export interface LoadAnswer {
  /** 0 = none came: the connection broke. */
  readonly status: number;
  readonly data: unknown;
  /** The documented word for a refusal or a fault. */
  readonly error: unknown;
  /** Of a batch: the refused users. */
  readonly errors: unknown;
  /** ms of this process's own clock. */
  readonly from: number;
  readonly to: number;
}

type Headers = readonly (readonly [name: string, value: string])[];

const AUTHORIZATION = ["Authorization", `Bearer ${OPERATOR_KEY}`] as const;

/**
 * One client on one connection of its own: exactly what it sends is sent, and exactly once. (`fetch` may repeat a
 * request on a connection that broke.)
 */
export class Client implements AsyncDisposable {
  readonly #origin: () => string;
  #connection: RawConnection | undefined;

  /** @param origin read for each connection: a server that was restarted is elsewhere */
  constructor(origin: () => string) {
    this.#origin = origin;
  }

  async call(method: string, path: string, body?: string, further: Headers = []): Promise<LoadAnswer> {
    const from = performance.now();
    try {
      this.#connection ??= await connectRaw(this.#origin());
      const json = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const type = body?.startsWith("{") ? json : "application/x-www-form-urlencoded";
      const headers = [AUTHORIZATION, ...further];
      const sent = body === undefined ? { headers } : { headers: [...headers, ["Content-Type", type] as const], body };
      const { status, body: answered } = await this.#connection.call(method, `/${APP_KEY}/${path}`, sent);
      const { data, error, errors } = answered ?? {};
      return { status, data, error, errors, from, to: performance.now() };
    } catch {
      await this.#drop();
      return { status: 0, data: undefined, error: undefined, errors: undefined, from, to: performance.now() };
    }
  }

  async attributes(user: string): Promise<Readonly<Record<string, string>>> {
    const { status, data } = await this.call("GET", `metadata/user/${user}`);
    if (status !== 200) throw new Unserved(`a get of ${user} was answered ${status}`);
    return data as Readonly<Record<string, string>>; // as: the documented shape
  }

  async register(username: string): Promise<void> {
    const { status } = await this.call("POST", "users", JSON.stringify({ username, password: "secret" }));
    if (status !== 200) throw new Unserved(`the registration of ${username} was answered ${status}`);
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
