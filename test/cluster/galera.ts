import { existsSync } from "node:fs";
import { lastingPort } from "../harness/lasting-port.ts";
import { freshDatabaseOn, makeAccount, mariadbIsMissing, type TestDatabase } from "../harness/mariadb.ts";
import { MariadbFolder } from "../harness/mariadb-folder.ts";
import type { Row } from "../harness/mariadb-query.ts";
import { MariadbServer } from "../harness/mariadb-server.ts";
import { isLeftOut } from "../harness/missing-part.ts";

const GALERA_PROVIDER = "/usr/lib/galera/libgalera_smm.so";

const NODES = 3;
const SYNCED_DEADLINE_MS = 60_000;
const LOOK_MS = 100;
const LOG_LINES_TOLD = 40;
const TOLD_DEADLINE_MS = 2000;

/** How soon a silent node is given up, as docs/CLUSTER.md recommends. Until then no node commits. */
const FAILURE_DETECTION =
  "evs.keepalive_period=PT0.25S;evs.inactive_check_period=PT0.25S;evs.join_retrans_period=PT0.25S;" +
  "evs.suspect_timeout=PT1S;evs.inactive_timeout=PT2S;gmcast.peer_timeout=PT1S";

interface Ports {
  readonly sql: number;
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

/** One node. */
export interface GaleraNode {
  readonly server: MariadbServer;
  /** Joins the others again after it was killed. */
  rejoin(): Promise<void>;
  /** Resolves when it is part of a cluster of so many. */
  synced(count: number): Promise<void>;
  /** What it says of itself, and the end of its log, for when a test fails. */
  told(): Promise<string>;
}

/** Three real nodes on loopback, each a process that can be killed and frozen. */
export interface GaleraCluster extends AsyncDisposable {
  readonly nodes: readonly [GaleraNode, GaleraNode, GaleraNode];
  freshDatabase(): Promise<TestDatabase>;
}

/** Whether the tests on a cluster must be left out; says so aloud, and throws under CI. */
export function galeraIsMissing(): boolean {
  const isThere = existsSync(GALERA_PROVIDER) && Bun.which("rsync") !== null;
  return mariadbIsMissing() || isLeftOut(isThere, "Galera or rsync is not installed: a cluster of three nodes");
}

/** @param failureDetection options of Galera's */
export async function startGalera(failureDetection = FAILURE_DETECTION): Promise<GaleraCluster> {
  await using stack = new AsyncDisposableStack();
  await using prepared = MariadbFolder.installed();
  const ports = await Promise.all(Array.from({ length: NODES }, freePorts));
  const [first, second, third] = ports.map((own, index) => {
    const others = ports.filter((other) => other !== own).map(({ group }) => `127.0.0.1:${group}`);
    const args = nodeArgs(index, own, failureDetection, `gcomm://${others.join(",")}`);
    const server = stack.use(new MariadbServer({ folder: prepared.copy(), port: own.sql, args }));
    return nodeOf(server);
  });
  if (first === undefined || second === undefined || third === undefined) throw new Error("too few nodes");
  const [bootstrap] = ports;
  if (bootstrap === undefined) throw new Error("no ports");
  first.server.spawn([...nodeArgs(0, bootstrap, failureDetection, "gcomm://"), "--wsrep-new-cluster"]);
  await first.server.up();
  await first.synced(1);
  // One after the other: a node that is being copied to or from can help no third.
  await second.rejoin();
  await third.rejoin();
  await first.synced(NODES);
  await makeAccount(first.server);
  const nodes = [first, second, third] as const;
  const owned = stack.move();
  return {
    nodes,
    freshDatabase: () => freshDatabaseOn(nodes.map(({ server }) => server)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function nodeOf(server: MariadbServer): GaleraNode {
  const node: GaleraNode = {
    server,
    async rejoin() {
      server.spawn();
      await server.up();
      await node.synced(2);
    },
    async synced(count) {
      const deadline = performance.now() + SYNCED_DEADLINE_MS;
      while (!(await isSynced(server, count))) {
        if (performance.now() > deadline) throw new Error(`the node on port ${server.port} has not joined`);
        await Bun.sleep(LOOK_MS);
      }
    },
    async told() {
      const end = (await server.logged()).trimEnd().split("\n").slice(-LOG_LINES_TOLD);
      return [`node on port ${server.port}: ${await stateOf(server)}`, ...end].join("\n");
    },
  };
  return node;
}

async function isSynced(server: MariadbServer, count: number): Promise<boolean> {
  try {
    const rows = await server.query(
      "SHOW STATUS WHERE Variable_name IN ('wsrep_local_state_comment', 'wsrep_cluster_size', 'wsrep_ready')",
    );
    const status = new Map(rows.map(({ Variable_name: name, Value: value }) => [name, value]));
    return (
      status.get("wsrep_ready") === "ON" &&
      status.get("wsrep_local_state_comment") === "Synced" &&
      Number(status.get("wsrep_cluster_size")) >= count
    );
  } catch {
    // It is taking the others' data, and answers nobody meanwhile.
    return false;
  }
}

async function stateOf(server: MariadbServer): Promise<string> {
  try {
    const asked = server.query(
      "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_status', 'wsrep_cluster_size', 'wsrep_ready')",
    );
    const late = Bun.sleep(TOLD_DEADLINE_MS).then((): readonly Row[] => []);
    const rows = await Promise.race([asked, late]);
    return JSON.stringify(rows.map(({ Variable_name: name, Value: value }) => `${name} ${value}`));
  } catch (error) {
    return String(error);
  }
}

async function freePorts(): Promise<Ports> {
  return { sql: await lastingPort(), group: await lastingPort(), ist: await lastingPort(), sst: await lastingPort() };
}

function nodeArgs(index: number, own: Ports, failureDetection: string, address: string): readonly string[] {
  const { group, ist, sst } = own;
  return [
    "--wsrep-on=ON",
    `--wsrep-provider=${GALERA_PROVIDER}`,
    "--wsrep-cluster-name=usermeta-test",
    `--wsrep-node-name=node${index}`,
    `--wsrep-cluster-address=${address}`,
    "--wsrep-node-address=127.0.0.1",
    "--wsrep-sst-method=rsync",
    `--wsrep-sst-receive-address=127.0.0.1:${sst}`,
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    `--wsrep-provider-options=base_host=127.0.0.1;base_port=${group};` +
      `gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${ist};gcache.size=32M;${failureDetection}`,
  ];
}
