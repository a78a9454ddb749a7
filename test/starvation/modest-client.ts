import { connectRaw, type RawConnection } from "../harness/raw.ts";
import { MODEST_ADDRESS, type ModestRequest, type Target } from "./row.ts";

/** The results of one kind of request. */
export interface Served {
  readonly name: string;
  readonly calls: number;
  readonly worstMs: number;
  /** Answers that are no success, and calls without one. */
  readonly refused: readonly string[];
}

const PAUSE_MS = 10;
/** The client stops waiting for an answer after this time. */
const GIVEN_UP_MS = 15_000;
/** The number kept for diagnosis. */
const REFUSED_KEPT = 5;

/** A client that sends one request after the other. Each kind has a connection of its own. */
export class ModestClient implements AsyncDisposable {
  readonly #target: Target;
  readonly #requests: readonly ModestRequest[];
  readonly #connections = new Map<ModestRequest, RawConnection>();
  readonly #counts = new Map<ModestRequest, number>();

  constructor(target: Target, requests: readonly ModestRequest[]) {
    this.#target = target;
    this.#requests = requests;
  }

  /** Sends until the signal aborts, and at least once. */
  async measure(signal: AbortSignal): Promise<readonly Served[]> {
    return await Promise.all(this.#requests.map((request) => this.#measure(request, signal)));
  }

  async #measure(request: ModestRequest, signal: AbortSignal): Promise<Served> {
    const refused: string[] = [];
    let [calls, worstMs] = [0, 0];
    do {
      const from = performance.now();
      const trouble = await this.#call(request);
      calls += 1;
      worstMs = Math.max(worstMs, performance.now() - from);
      if (trouble !== undefined && refused.length < REFUSED_KEPT) refused.push(trouble);
      await Bun.sleep(PAUSE_MS);
    } while (!signal.aborted);
    return { name: request.name, calls, worstMs: Math.round(worstMs), refused };
  }

  /** Describes the failure. */
  async #call(request: ModestRequest): Promise<string | undefined> {
    const isReused = this.#connections.has(request);
    try {
      return await this.#answered(request);
    } catch (error) {
      await this.#drop(request);
      // As any client does whose connection was closed while it was idle.
      if (isReused) return await this.#call(request);
      return `no answer: ${error instanceof Error ? error.message : error}`;
    }
  }

  async #answered(request: ModestRequest): Promise<string | undefined> {
    const count = this.#counts.get(request) ?? 0;
    this.#counts.set(request, count + 1);
    const connection = this.#connections.get(request) ?? (await connectRaw(this.#target.origin, MODEST_ADDRESS));
    this.#connections.set(request, connection);
    const { method, path, ...sent } = request.request(this.#target, count);
    const late = setTimeout(() => void this.#drop(request), GIVEN_UP_MS);
    try {
      const { status, text, headers } = await connection.call(method, path, sent);
      if (request.isNewConnection || headers.get("connection") === "close") await this.#drop(request);
      return status < 400 ? undefined : `${status} ${text}`;
    } finally {
      clearTimeout(late);
    }
  }

  async #drop(request: ModestRequest): Promise<void> {
    const connection = this.#connections.get(request);
    this.#connections.delete(request);
    await connection?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const request of this.#requests) await this.#drop(request);
  }
}
