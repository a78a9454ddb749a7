import { findMariadbProgram } from "./mariadb-programs.ts";
import type { Row } from "./mariadb-query.ts";
import { ACCOUNT, MariadbServer } from "./mariadb-server.ts";
import { isLeftOut } from "./missing-part.ts";

/** A database for one test; removed when disposed. */
export interface TestDatabase extends AsyncDisposable {
  /** `mysql://…`, with the password. */
  readonly url: string;
  readonly name: string;
  /** As root, without the server's knowledge. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** The server shared by tests. */
export interface SharedMariadb {
  readonly port: number;
  readonly query: MariadbServer["query"];
  freshDatabase(): Promise<TestDatabase>;
}

/** Whether tests on MariaDB have to be skipped. Prints the reason, and throws under CI. */
export function mariadbIsMissing(): boolean {
  const isThere =
    findMariadbProgram("mariadbd") !== undefined && findMariadbProgram("mariadb-install-db") !== undefined;
  return isLeftOut(isThere, "MariaDB is not installed: the cluster store");
}

const KEPT = Symbol.for("usermeta test mariadb");

/** One for all test files of a process. It ends with the process. */
export function sharedMariadb(): Promise<SharedMariadb> {
  const kept: typeof globalThis & { [KEPT]?: Promise<SharedMariadb> } = globalThis;
  kept[KEPT] ??= startShared();
  return kept[KEPT];
}

let databases = 0;

/** @param servers hold the same data; the account must exist */
export async function freshDatabaseOn(
  servers: readonly Pick<MariadbServer, "port" | "query">[],
): Promise<TestDatabase> {
  const [first] = servers;
  if (first === undefined) throw new Error("no server to make a database on");
  databases += 1;
  const name = `test_${process.pid}_${databases}`;
  await first.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const password = encodeURIComponent(ACCOUNT.password);
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    name,
    url: `mysql://${ACCOUNT.user}:${password}@${hosts}/${name}`,
    query: (sql, values) => first.query(sql, values, name),
    async [Symbol.asyncDispose]() {
      await first.query(`DROP DATABASE ${name}`);
    },
  };
}

/** Prepares a server for `freshDatabaseOn`. */
export async function makeAccount(server: Pick<MariadbServer, "query">): Promise<void> {
  await server.query(`CREATE USER IF NOT EXISTS ${ACCOUNT.user}@'%' IDENTIFIED BY '${ACCOUNT.password}'`);
  await server.query(`GRANT ALL ON \`test\\_%\`.* TO ${ACCOUNT.user}@'%'`);
}

async function startShared(): Promise<SharedMariadb> {
  const server = await MariadbServer.start();
  await makeAccount(server);
  return {
    port: server.port,
    query: (...asked) => server.query(...asked),
    freshDatabase: () => freshDatabaseOn([server]),
  };
}
