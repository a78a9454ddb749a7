import { existsSync } from "node:fs";
import { lastingPort } from "../harness/lasting-port.ts";
import { freshDatabaseOn, makeAccount, mariadbIsMissing, type TestDatabase } from "../harness/mariadb.ts";
import { MariadbFolder } from "../harness/mariadb-folder.ts";
import { MariadbServer } from "../harness/mariadb-server.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { GaleraNode } from "./galera-node.ts";

const GALERA_PROVIDER = "/usr/lib/galera/libgalera_smm.so";

const NODES = 3;

/** How soon a silent node is given up, as docs/CLUSTER.md recommends. Until then no node commits. */
const FAILURE_DETECTION =
  "evs.keepalive_period=PT0.25S;evs.inactive_check_period=PT0.25S;evs.join_retrans_period=PT0.25S;" +
  "evs.suspect_timeout=PT1S;evs.inactive_timeout=PT2S;gmcast.peer_timeout=PT1S";

/** There are three of them, beside three servers, on one machine. */
const SMALL = [
  "--performance-schema=OFF",
  "--innodb-buffer-pool-size=16M",
  "--innodb-log-buffer-size=2M",
  "--key-buffer-size=1M",
  "--aria-pagecache-buffer-size=1M",
];

interface Ports {
  readonly sql: number;
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

/** Three real nodes on loopback, each a process that can be killed and frozen. */
export interface GaleraCluster extends AsyncDisposable {
  readonly nodes: readonly [GaleraNode, GaleraNode, GaleraNode];
  freshDatabase(): Promise<TestDatabase>;
  /** Why nodes do not serve that no test has ended or frozen. */
  faults(): Promise<readonly string[]>;
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
    return new GaleraNode(server);
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
    faults: async () => (await Promise.all(nodes.map((node) => node.fault()))).filter((fault) => fault !== undefined),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
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
    ...SMALL,
    // No line for each connection that breaks: the end of the log is told when a test fails.
    "--log-warnings=1",
    `--wsrep-provider-options=base_host=127.0.0.1;base_port=${group};` +
      `gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${ist};gcache.size=8M;${failureDetection}`,
  ];
}
