/**
 * A schema is changed under load. On Galera, DDL is carried out at the same place in the order of writes on every node,
 * and nothing else is written meanwhile: an index of a large table would stop all servers for as long as it takes.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Migration, migrate } from "../../src/store/migrate.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import type { MysqlLocation } from "../../src/store/mysql/connection/location.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "../../src/store/mysql/schema/schema.ts";
import { type MysqlStore, openMysqlStore } from "../../src/store/mysql/store.ts";
import { addApp } from "../contract/open-for-test.ts";
import type { TestDatabase } from "../harness/mariadb.ts";
import { mysqlLocation } from "../store/mysql-location.ts";
import { BusySets } from "./busy-sets.ts";
import { type GaleraCluster, galeraIsMissing, startGalera } from "./galera.ts";

/** Enough that creating an index takes several times the lock timeout. */
const USERS = Number(process.env.CLUSTER_USERS ?? 200_000);
const INSERTED_TOGETHER = 20_000;
/** A server's own timeout, as by default. */
const TIMEOUT_MS = 2000;
const FLOWING_SETS = 500;
const TEST_TIMEOUT_MS = 180_000;

const INDEX = "users_by_bytes";
/** A column and index that a later version might add. */
const STEP: Migration = {
  number: MYSQL_MIGRATIONS.length + 1,
  oldest: 1,
  sql: `ALTER TABLE apps ADD COLUMN colour TEXT;\nCREATE INDEX ${INDEX} ON users (app, bytes);\n`,
};

describe.skipIf(galeraIsMissing())("a cluster with very many users", () => {
  let galera: GaleraCluster;
  let database: TestDatabase;
  let location: MysqlLocation;
  let store: MysqlStore;
  let sets: BusySets;
  beforeAll(async () => {
    galera = await startGalera();
    database = await galera.freshDatabase();
    location = mysqlLocation(database.url, TIMEOUT_MS);
    store = await openMysqlStore(location, { exclusive: true });
    const app = await addApp(store);
    for (let from = 0; from < USERS; from += INSERTED_TOGETHER) await insertUsers(database, app.number, from);
    sets = new BusySets(store, app, USERS);
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await sets[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await galera[Symbol.asyncDispose]();
  }, TEST_TIMEOUT_MS);

  test(
    "is not migrated through some of its nodes only, when that takes an index on each",
    async () => {
      const [first] = location.hosts;
      const failure = migrateOne({ ...location, hosts: [first] });
      await expect(failure).rejects.toMatchObject({ fault: "location_illegal" });
      await expect(failure).rejects.toThrow(/names 1 of the cluster's 3 nodes/);
      expect(await nodesWithIndex(galera, database)).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "goes on setting while an index is made, on one node after the other",
    async () => {
      await sets.flow(FLOWING_SETS);
      const migrated = await sets.during(() => migrateOne(location));
      expect(await nodesWithIndex(galera, database)).toEqual([0, 1, 2]);
      expect(await galera.faults()).toEqual([]);
      expect([...migrated.refused].filter((refusal) => refusal !== "certain")).toEqual([]);
      await sets.flow(FLOWING_SETS);

      // The same index on all nodes at the same time, to prove that the test sees a stall.
      await database.query(`DROP INDEX ${INDEX} ON users`);
      await sets.flow(FLOWING_SETS);
      const atOnce = await sets.during(() => database.query(`CREATE INDEX ${INDEX} ON users (app, bytes)`));
      console.log(`an index of ${USERS} users: ${told(migrated)} node by node, ${told(atOnce)} at once`);
      expect(atOnce.stallMs / atOnce.ms).toBeGreaterThan(0.5);
      expect(migrated.stallMs / migrated.ms).toBeLessThan(0.5);
      expect(migrated.written / migrated.ms).toBeGreaterThan((2 * atOnce.written) / atOnce.ms);
    },
    TEST_TIMEOUT_MS,
  );
});

function told({ ms, written, stallMs }: { ms: number; written: number; stallMs: number }): string {
  return `${Math.round(ms)} ms with ${written} sets, the longest stall ${Math.round(stallMs)} ms`;
}

async function insertUsers(database: TestDatabase, app: number, from: number): Promise<void> {
  const to = Math.min(from + INSERTED_TOGETHER, USERS) - 1;
  await database.query(
    "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      "attributes_modified, attributes) " +
      `SELECT ?, CONCAT('user', seq), UUID(), 1, seq, 1, 0, 200, 0, 1, CONCAT('{"k":"', REPEAT('x', 199), '"}') ` +
      `FROM seq_${from}_to_${to}`,
    [app],
  );
}

async function migrateOne(location: MysqlLocation): Promise<void> {
  const hosts = new Hosts(location.hosts);
  const session = new Session(location, hosts);
  const beating = new Session(location, hosts);
  try {
    await migrate(migrationTarget(location, session, beating), [...MYSQL_MIGRATIONS, STEP], "migrate");
  } finally {
    await Promise.all([session.close(), beating.close()]);
  }
}

async function nodesWithIndex(galera: GaleraCluster, { name }: TestDatabase): Promise<readonly number[]> {
  const sql = "SELECT 1 FROM information_schema.statistics WHERE table_schema = ? AND index_name = ?";
  const found = await Promise.all(galera.nodes.map(({ server }) => server.query(sql, [name, INDEX])));
  return found.flatMap((rows, node) => (rows.length > 0 ? [node] : []));
}
