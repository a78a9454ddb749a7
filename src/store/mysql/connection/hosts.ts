import type { MysqlHost } from "./location.ts";

/**
 * Which of the hosts a server's connections go to: all to one, the first of those that serve. Every server names them in
 * the same order, so that all write on the same node: writes that meet on one node wait for each other; on two they
 * refuse each other, and all but one are run again.
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

  /** Those that are to be had before the present one, as soon as they serve. */
  get preferred(): readonly MysqlHost[] {
    return this.#hosts.slice(0, this.#at);
  }

  goTo(host: MysqlHost): void {
    this.#at = Math.max(0, this.#hosts.indexOf(host));
  }

  /** The one to try when a host does not serve. */
  after(host: MysqlHost): MysqlHost {
    return this.#hosts[(this.#hosts.indexOf(host) + 1) % this.#hosts.length] ?? this.#hosts[0];
  }

  /** Goes on to the next, unless somebody has done so already. */
  markUnavailable(host: MysqlHost): void {
    if (this.current === host) this.goTo(this.after(host));
  }
}
