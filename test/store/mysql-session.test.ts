import { describe, expect, test } from "bun:test";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { rowsOf, Session } from "../../src/store/mysql/connection/session.ts";
import { TcpGate } from "../cluster/tcp-gate.ts";
import { eventually } from "../harness/eventually.ts";
import { MachineDelay } from "../harness/machine-delay.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { mysqlLocation } from "./mysql-location.ts";

const TIMEOUT_MS = 2000;
/** A connection takes at least seven network delays, longer than the wait before the next host is tried. */
const SLOW_MS = 150;
const ATTEMPT_MS = 500;
const LONG_MS = 30_000;
const CLOSED_WITHIN_MS = 500;

describe.skipIf(mariadbIsMissing())("a session", () => {
  test("runs no statement of a transaction on a connection other than its first", async () => {
    await using opened = await openSession();
    const { session, query } = opened;
    await session.queryBatch(
      [{ sql: "CREATE TABLE t (n INT) ENGINE=InnoDB" }, { sql: "START TRANSACTION" }],
      TIMEOUT_MS,
    );
    const [answer] = await session.queryBatch([{ sql: "SELECT CONNECTION_ID()" }], TIMEOUT_MS, true);
    const [row] = rowsOf<[number]>(answer);
    await query(`KILL CONNECTION ${row?.[0]}`);
    while (session.isOpen) await new Promise(setImmediate);
    const rest = session.queryBatch([{ sql: "INSERT INTO t VALUES (1)" }, { sql: "COMMIT" }], TIMEOUT_MS, true);
    await expect(rest).rejects.toThrow("in the middle of a transaction");
    // Its next call gets a new connection.
    expect(await session.queryBatch([{ sql: "SELECT COUNT(*) FROM t" }], TIMEOUT_MS)).toEqual([[[0]]]);
  });

  test("preserves sizes, characters and numbers of stored values", async () => {
    await using opened = await openSession();
    const { session } = opened;
    const values = ["é 😀 \\ ' \" \0 \n %", Number.MAX_SAFE_INTEGER, null, new Uint8Array([0, 39, 92, 255])] as const;
    const [row] = rowsOf(await session.one("SELECT ?, ?, ?, ?", values, TIMEOUT_MS));
    expect(row).toEqual([values[0], values[1], null, Buffer.from(values[3])]);
    const cut = session.queryBatch(
      [{ sql: "CREATE TABLE s (t VARCHAR(2))" }, { sql: "INSERT INTO s VALUES ('abc')" }],
      TIMEOUT_MS,
    );
    await expect(cut).rejects.toThrow();
  });

  test("closes soon on an unresponsive network: calls in flight reject, and no new attempt starts", async () => {
    const { port } = await sharedMariadb();
    await using gate = await TcpGate.before(port);
    await using opened = await openSession([gate.port]);
    const { session } = opened;
    await session.one("SELECT 1", [], TIMEOUT_MS);
    gate.set("swallow");
    await using delay = new MachineDelay();
    const from = performance.now();
    const outcomes = [1, 2].map(() => session.one("SELECT 1", [], LONG_MS).catch((error: Error) => error.name));
    await session.close();
    expect(await Promise.all(outcomes)).toEqual(["ConnectionDropped", "ConnectionDropped"]);
    expect(performance.now() - from).toBeLessThan(CLOSED_WITHIN_MS + (await delay.allowanceMs()));
    await expect(session.one("SELECT 1", [], LONG_MS)).rejects.toThrow("has been closed");
  });

  test("connects to slow hosts, however often its callers give up, and then stays at the first", async () => {
    const { port } = await sharedMariadb();
    await using stack = new AsyncDisposableStack();
    const gates = [await TcpGate.before(port), await TcpGate.before(port), await TcpGate.before(port)];
    for (const gate of gates) stack.use(gate).delayMs = SLOW_MS;
    const { session, hosts } = stack.use(await openSession(gates.map((gate) => gate.port)));
    const first = hosts.current;
    const asked = (): Promise<unknown> => session.one("SELECT 1", [], ATTEMPT_MS);
    await expect(asked()).rejects.toThrow("no host has accepted a connection yet");
    await eventually(asked);
    expect(hosts.current).toBe(first);
    // On its current connection.
    await asked();
  });

  test("leaves a host that accepts connections and does not respond, but not for a moment's silence", async () => {
    const { port } = await sharedMariadb();
    await using gate = await TcpGate.before(port);
    await using opened = await openSession([gate.port, port]);
    const { session, hosts } = opened;
    const first = hosts.current;
    for (const timeoutMs of [TIMEOUT_MS / 100, TIMEOUT_MS / 2]) {
      await session.one("SELECT 1", [], TIMEOUT_MS);
      expect(hosts.current).toBe(first);
      await expect(session.one("SELECT SLEEP(5)", [], timeoutMs)).rejects.toThrow("did not answer in time");
    }
    await session.one("SELECT 1", [], TIMEOUT_MS);
    expect(hosts.current).not.toBe(first);
  });

  test("moves to the next host when one is unreachable or does not serve", async () => {
    const { port } = await sharedMariadb();
    await using opened = await openSession([9, port]);
    const { session, hosts } = opened;
    const [row] = rowsOf<[number]>(await session.one("SELECT @@port", [], TIMEOUT_MS));
    expect(row).toEqual([port]);
    expect(hosts.current.port).toBe(port);
  });
});

async function openSession(ports?: readonly number[]) {
  const mariadb = await sharedMariadb();
  const database = await mariadb.freshDatabase();
  const [first = mariadb.port, ...others] = ports ?? [];
  const host = (port: number) => ({ hostname: "127.0.0.1", port });
  const location = { ...mysqlLocation(database.url, TIMEOUT_MS), hosts: [host(first), ...others.map(host)] as const };
  const hosts = new Hosts(location.hosts);
  const session = new Session(location, hosts);
  return {
    session,
    hosts,
    query: database.query,
    async [Symbol.asyncDispose]() {
      await session.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
