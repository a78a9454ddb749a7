import type { MysqlHost } from "./location.ts";

/**
 * The host that all of a server's connections use, and failover to the next one. Every server lists the hosts in the
 * same order, so that all write on the same node: there, conflicting writes wait for each other. On two nodes all but
 * one would be rolled back and retried.
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

  /** The hosts before the current one in the list: failback returns to them once they serve. */
  get preferred(): readonly MysqlHost[] {
    return this.#hosts.slice(0, this.#at);
  }

  switchTo(host: MysqlHost): void {
    this.#at = Math.max(0, this.#hosts.indexOf(host));
  }

  /** The next host to try if this one does not serve. */
  after(host: MysqlHost): MysqlHost {
    return this.#hosts[(this.#hosts.indexOf(host) + 1) % this.#hosts.length] ?? this.#hosts[0];
  }

  /** Fails over to the next host, unless another connection has done so. */
  markUnavailable(host: MysqlHost): void {
    if (this.current === host) this.switchTo(this.after(host));
  }
}
