/**
 * Three servers on three real database nodes, under load, through one fault after the other. `CLUSTER_SECONDS` says how
 * long each lasts: seconds in `npm test`, as long as an outage lasts in `npm run test:cluster`.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { type FaultCluster, startFaultCluster } from "./fault-cluster.ts";
import { galeraIsMissing } from "./galera.ts";
import { gaveWay } from "./giving-way.ts";
import { SharedFaultCluster } from "./shared-fault-cluster.ts";

const SECONDS = Number(process.env.CLUSTER_SECONDS ?? 4);
const COMING_BACK_SECONDS = 3;
/** With a start of the cluster, and all of it once more where the databases have failed. */
const TEST_TIMEOUT_MS = 300_000 + SECONDS * 8000;

describe.skipIf(galeraIsMissing())("through the fault every promise is kept:", () => {
  const shared = new SharedFaultCluster();
  afterAll(() => shared[Symbol.asyncDispose](), TEST_TIMEOUT_MS);

  function through(fault: string, body: (cluster: FaultCluster) => Promise<void>): void {
    test(fault, () => shared.run(body), TEST_TIMEOUT_MS);
  }

  through("transactions must give way to those of another node, also between two statements", async (cluster) => {
    const { committed, refused, added } = await gaveWay(cluster.galera, SECONDS * 2);
    expect(refused).toBeGreaterThan(20);
    expect(new Set(added)).toEqual(new Set([committed]));
  });

  through("every server writes on a node of its own", async (cluster) => {
    await using spread = await startFaultCluster(cluster.galera, "nodes of their own");
    await using load = await spread.load();
    await load.flows();
    await load.lasts(SECONDS * 2);
    await load.expectPromisesKept();
  });

  through("a database node is killed with -9, and rejoins under load", async (cluster) => {
    // The one that all servers write on.
    const [first] = cluster.galera.nodes;
    await using load = await cluster.load();
    await load.flows();
    await first.server.kill("SIGKILL");
    await load.flows();
    await load.lasts(SECONDS);
    await first.rejoin();
    await first.synced(3);
    await load.flows();
    // Within that they have all come back to it.
    await load.lasts(COMING_BACK_SECONDS);
    await load.expectPromisesKept();
  });

  through("a database node is frozen and goes on", async (cluster) => {
    const [first] = cluster.galera.nodes;
    await using load = await cluster.load();
    await load.flows();
    first.server.pause();
    await load.lasts(SECONDS * 2);
    await load.flows();
    first.server.resume();
    await first.synced(3);
    await load.flows();
    await load.expectPromisesKept();
  });

  through("a server is killed with -9 in the middle of its batches, and started again", async (cluster) => {
    await using load = await cluster.load();
    for (let kill = 0; kill < 3; kill++) {
      await load.flows();
      await cluster.restartServer(kill % 3);
    }
    await load.flows();
    await load.expectPromisesKept();
  });

  through("connections are killed between their statements and the commit", async (cluster) => {
    await using load = await cluster.load();
    await load.flows();
    let killed = 0;
    const until = performance.now() + SECONDS * 1000;
    while (performance.now() < until) killed += await cluster.killConnections();
    expect(killed).toBeGreaterThan(20);
    await load.flows();
    await load.expectPromisesKept();
  });

  for (const state of ["refuse", "swallow"] as const) {
    through(`no database can be reached: the network begins to ${state}`, async (cluster) => {
      await using load = await cluster.load();
      await load.flows();
      const faults = cluster.logged("refreshFailed");
      const from = performance.now();
      cluster.network(state);
      const gone = await cluster.untilReady(false);
      await load.lasts(SECONDS * 2);
      expect(await cluster.isReady()).toEqual([false, false, false]);
      const back = performance.now();
      cluster.network("open");
      expect((await cluster.untilReady(true)) - back).toBeLessThan(2000);
      expect(await load.flows()).toBeLessThan(2000);
      const failed = load.overlapping(gone, back).filter((answer) => answer.from > gone && answer.to < back);
      expect(failed.length).toBeGreaterThan(10);
      const answered = new Set(failed.map(({ status, error }) => `${status} ${error}`));
      expect([...answered]).toEqual(["503 service_unavailable"]);
      const answers = load.overlapping(from, back);
      expect(Math.max(...answers.map((answer) => answer.to - answer.from))).toBeLessThan(2000);
      // A line for each thing that a server looks after, and not for every try.
      expect(cluster.logged("refreshFailed") - faults).toBeLessThanOrEqual(6);
      await load.expectPromisesKept();
    });
  }
});
