import type { MysqlHost } from "./location.ts";

/**
 * Which of the hosts a server's connections go to: all to one, and to that one for as long as it serves. Writes that
 * meet on one node wait for each other; on two they would refuse each other.
 */
export class Hosts {
  readonly #hosts: readonly [MysqlHost, ...MysqlHost[]];
  #at = 0;

  constructor(hosts: readonly [MysqlHost, ...MysqlHost[]]) {
    this.#hosts = hosts;
  }

  get count(): number {
    return this.#hosts.length;
  }

  get current(): MysqlHost {
    return this.#hosts[this.#at] ?? this.#hosts[0];
  }

  /** Goes on to the next, unless somebody has done so already. */
  leave(host: MysqlHost): void {
    if (this.current === host) this.#at = (this.#at + 1) % this.#hosts.length;
  }
}
