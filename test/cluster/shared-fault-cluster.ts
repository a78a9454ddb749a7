import { type FaultCluster, startFaultCluster } from "./fault-cluster.ts";
import { type GaleraCluster, startGalera } from "./galera.ts";
import { Unserved } from "./unserved.ts";

/**
 * The cluster that the tests of a file use one after the other. Each finds it whole: after a failed test it is
 * restarted.
 */
export class SharedFaultCluster implements AsyncDisposable {
  #galera: GaleraCluster | undefined;
  #cluster: FaultCluster | undefined;
  #isWhole = false;
  #repeated = 0;

  /**
   * Where nothing is served because the databases have failed by themselves, no server could help: that is said aloud,
   * and the test is run once more. Every other failure is the test's.
   */
  async run(body: (cluster: FaultCluster) => Promise<void>): Promise<void> {
    try {
      await this.#attempt(body);
    } catch (error) {
      const faults = error instanceof Unserved ? ((await this.#galera?.faults()) ?? []) : [];
      if (faults.length === 0) throw error;
      this.#repeated += 1;
      const count = `${this.#repeated} so far`;
      console.error(`\n!!! THE DATABASES FAILED BY THEMSELVES: ${faults.join("; ")}: the test is run again (${count})`);
      await this.#attempt(body);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    if (this.#repeated > 0) console.error(`\n!!! TESTS RUN AGAIN, SINCE THE DATABASES HAD FAILED: ${this.#repeated}`);
  }

  async #attempt(body: (cluster: FaultCluster) => Promise<void>): Promise<void> {
    const cluster = this.#isWhole && this.#cluster !== undefined ? this.#cluster : await this.#startAnew();
    this.#isWhole = false;
    for (const node of cluster.galera.nodes) await node.synced(cluster.galera.nodes.length);
    await body(cluster);
    this.#isWhole = true;
  }

  async #startAnew(): Promise<FaultCluster> {
    await this.#end();
    this.#galera = await startGalera();
    this.#cluster = await startFaultCluster(this.#galera, "one node");
    return this.#cluster;
  }

  async #end(): Promise<void> {
    await this.#cluster?.[Symbol.asyncDispose]();
    this.#cluster = undefined;
    await this.#galera?.[Symbol.asyncDispose]();
    this.#galera = undefined;
  }
}
