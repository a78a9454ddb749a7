import { PING } from "../reads.ts";
import { Hosts } from "./hosts.ts";
import type { MysqlLocation } from "./location.ts";
import { Session } from "./session.ts";

const PROBE_MS = 2000;
/** After a failover within this time of a failback, the interval between attempts doubles. */
const SETTLED_MS = 10_000;
const PROBE_MS_MAX = 60_000;

/**
 * Failback: returns to the first host in the list once it serves again after a failover. Every server does the same.
 */
export class Failback implements AsyncDisposable {
  readonly #location: MysqlLocation;
  readonly #hosts: Hosts;
  readonly #timer: ReturnType<typeof setInterval>;
  #probing: Promise<void> = Promise.resolve();
  /** To the host that is being probed. */
  #session: Session | undefined;
  #isProbing = false;
  #isEnded = false;
  #probeMs = PROBE_MS;
  #probedAt = performance.now();
  #returnedAt = Number.NEGATIVE_INFINITY;

  constructor(location: MysqlLocation, hosts: Hosts) {
    this.#location = location;
    this.#hosts = hosts;
    this.#timer = setInterval(() => this.#probeIfDue(), PROBE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#timer);
    await this.#session?.close();
    await this.#probing;
  }

  #probeIfDue(): void {
    const now = performance.now();
    if (this.#isProbing || this.#hosts.preferred.length === 0 || now - this.#probedAt < this.#probeMs) return;
    this.#probedAt = now;
    this.#isProbing = true;
    this.#probing = this.#probe().finally(() => {
      this.#isProbing = false;
    });
  }

  async #probe(): Promise<void> {
    for (const host of this.#hosts.preferred) {
      if (this.#isEnded) return;
      const session = new Session(this.#location, new Hosts([host]));
      this.#session = session;
      try {
        await session.one(PING.statement.sql, [], this.#location.timeoutMs);
      } catch {
        continue;
      } finally {
        await session.close();
      }
      const now = performance.now();
      this.#probeMs = now - this.#returnedAt < SETTLED_MS ? Math.min(PROBE_MS_MAX, this.#probeMs * 2) : PROBE_MS;
      this.#returnedAt = now;
      this.#hosts.switchTo(host);
      return;
    }
  }
}
