/**
 * An app that is full, changed through three servers on three real database nodes, whose transactions refuse each other:
 * sets that do not fit are 403 and nothing else. `CLUSTER_SECONDS` says how long each part lasts.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { Client } from "./client.ts";
import { type FaultCluster, startFaultCluster } from "./fault-cluster.ts";
import { FullAppLoad } from "./full-app-load.ts";
import { galeraIsMissing } from "./galera.ts";
import { SharedFaultCluster } from "./shared-fault-cluster.ts";
import { Unserved } from "./unserved.ts";

const SECONDS = Number(process.env.CLUSTER_SECONDS ?? 4);
const TEST_TIMEOUT_MS = 300_000 + SECONDS * 8000;
const CALLERS_PER_SERVER = 16;
/** A third of the bytes that the users ask for. */
const APP_BYTES_MAX = 900;
/** Longer than the nodes take to remove a silent one, so that the server can find out the outcome of every commit. */
const TIMEOUT_MS = 6000;
const FLOW = 30;
const FLOW_DEADLINE_MS = 30_000;
const LOOK_MS = 20;
/** 0: the connection broke, which no server does on its own. */
const ANSWERS = [200, 403, 409, 412, 503];
/** The faults of a store whose databases fail or conflict; any other is a fault of ours. */
const FAULTS = ["busy", "unreachable"];

describe.skipIf(galeraIsMissing())("sets that do not fit into a full app are 403 through every server", () => {
  const shared = new SharedFaultCluster();
  afterAll(() => shared[Symbol.asyncDispose](), TEST_TIMEOUT_MS);

  function meanwhile(what: string, body: (cluster: FaultCluster, load: FullAppLoad) => Promise<void>): void {
    const run = async ({ galera }: FaultCluster): Promise<void> => {
      const settings = { appBytesMax: APP_BYTES_MAX, timeoutMs: TIMEOUT_MS };
      await using cluster = await startFaultCluster(galera, "nodes of their own", settings);
      const { users } = cluster;
      await using load = new FullAppLoad({
        users,
        origins: () => cluster.origins,
        callersPerServer: CALLERS_PER_SERVER,
      });
      await flows(load);
      await body(cluster, load);
      await load.stop();
      await expectLimitKept(cluster, load);
    };
    test(what, () => shared.run(run), TEST_TIMEOUT_MS);
  }

  meanwhile("while the nodes refuse each other's transactions", async () => {
    await Bun.sleep(SECONDS * 2000);
  });

  meanwhile("while a node is frozen and goes on", async ({ galera: { nodes } }, load) => {
    const [, frozen] = nodes;
    frozen.server.pause();
    await Bun.sleep(SECONDS * 1000);
    await flows(load);
    frozen.server.resume();
    await frozen.synced(nodes.length);
    await flows(load);
  });

  meanwhile("while a node is killed with -9 and rejoins", async ({ galera: { nodes } }, load) => {
    const [, , killed] = nodes;
    await killed.server.kill("SIGKILL");
    await flows(load);
    await Bun.sleep(SECONDS * 1000);
    await killed.rejoin();
    await killed.synced(nodes.length);
    await flows(load);
  });
});

/** Resolves when some changes are stored and others refused as too large again. */
async function flows(load: FullAppLoad): Promise<void> {
  const wanted = [200, 403].map((status) => ({ status, count: load.count(status) + FLOW }));
  const deadline = performance.now() + FLOW_DEADLINE_MS;
  while (wanted.some(({ status, count }) => load.count(status) < count)) {
    if (performance.now() > deadline) throw new Unserved(`no flow: ${load.told()}`);
    await Bun.sleep(LOOK_MS);
  }
}

async function expectLimitKept(cluster: FaultCluster, load: FullAppLoad): Promise<void> {
  const unexpected = load.answers.filter(({ status }) => !ANSWERS.includes(status));
  const logged = cluster.lines("requestFailed");
  if (unexpected.length > 0) console.error([load.told(), ...logged].join("\n"));
  expect([...new Set(unexpected.map(({ kind, status, error }) => `${kind} ${status} ${error}`))]).toEqual([]);
  expect(logged.filter((line) => !FAULTS.some((fault) => line.includes(`"fault":"${fault}"`)))).toEqual([]);
  expect(load.count(412)).toBeGreaterThan(0);
  expect(load.usages.length).toBeGreaterThan(0);
  expect(Math.max(...load.usages)).toBeLessThanOrEqual(cluster.appBytesMax);
  for (const origin of cluster.origins) {
    await using client = new Client(() => origin);
    let sum = 0;
    for (const user of cluster.users) {
      const attributes = await client.attributes(user);
      load.see(attributes);
      sum += Object.entries(attributes).reduce((bytes, [key, value]) => bytes + key.length + value.length, 0);
    }
    expect(await client.call("GET", "metadata/user/capacity")).toMatchObject({ status: 200, data: sum });
    expect(sum).toBeLessThanOrEqual(cluster.appBytesMax);
  }
  expect(load.storedThoughRefused).toEqual([]);
}
