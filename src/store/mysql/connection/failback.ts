import { PING } from "../reads.ts";
import { Hosts } from "./hosts.ts";
import type { MysqlLocation } from "./location.ts";
import { Session } from "./session.ts";

const LOOK_MS = 2000;
/** A host that had to be left again so soon is not gone back to for longer and longer. */
const SETTLED_MS = 10_000;
const LOOK_MS_MAX = 60_000;

/** Brings a server back to the first of its hosts after that has failed and serves again, as all others come back. */
export class Failback implements AsyncDisposable {
  readonly #location: MysqlLocation;
  readonly #hosts: Hosts;
  readonly #timer: ReturnType<typeof setInterval>;
  #looking: Promise<void> = Promise.resolve();
  /** To the host that is looked at. */
  #session: Session | undefined;
  #isLooking = false;
  #isEnded = false;
  #lookMs = LOOK_MS;
  #lookedAt = performance.now();
  #returnedAt = Number.NEGATIVE_INFINITY;

  constructor(location: MysqlLocation, hosts: Hosts) {
    this.#location = location;
    this.#hosts = hosts;
    this.#timer = setInterval(() => this.#lookNow(), LOOK_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#timer);
    await this.#session?.close();
    await this.#looking;
  }

  #lookNow(): void {
    const now = performance.now();
    if (this.#isLooking || this.#hosts.preferred.length === 0 || now - this.#lookedAt < this.#lookMs) return;
    this.#lookedAt = now;
    this.#isLooking = true;
    this.#looking = this.#look().finally(() => {
      this.#isLooking = false;
    });
  }

  async #look(): Promise<void> {
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
      this.#lookMs = now - this.#returnedAt < SETTLED_MS ? Math.min(LOOK_MS_MAX, this.#lookMs * 2) : LOOK_MS;
      this.#returnedAt = now;
      this.#hosts.goTo(host);
      return;
    }
  }
}
