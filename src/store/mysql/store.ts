/**
 * The engine for MariaDB, MySQL and Galera, which any number of servers share. `connection/` has connections with
 * failover, failback and timeouts; `transaction/` has transactions, group commit and an app's usage; `attributes/` has
 * batched reads and writes of attributes; `servers/` has membership by heartbeat and the change feed; `schema/` has
 * migrations; `transfer/` copies whole stores. Start with serving-store.ts.
 */
import { readFileSync } from "node:fs";
import type { Store } from "../../core/ports/store.ts";
import { newVersionStampCells } from "../cache/version-stamps.ts";
import type { OpeningUse } from "../migrate.ts";
import { StoreError } from "../store-error.ts";
import { storeError } from "./connection/errors.ts";
import { Hosts } from "./connection/hosts.ts";
import type { MysqlLocation } from "./connection/location.ts";
import { Session } from "./connection/session.ts";
import { migrateMysqlStore } from "./schema/migrate-store.ts";
import { MYSQL_MIGRATIONS } from "./schema/schema.ts";
import { Membership } from "./servers/membership.ts";
import { type MysqlShare, servingStore, THREADS_MAX } from "./shared-store.ts";

export interface MysqlOptions {
  /** Join the cluster as a server. Commands do not. */
  readonly exclusive?: boolean;
  /** By default missing tables are created. Existing ones are never migrated. */
  readonly schema?: OpeningUse;
  /** Memory for cached attributes on the calling thread. */
  readonly cacheBytes?: number;
  /** Maximum age of a cached read; 0 = no cache. */
  readonly stalenessMs?: number;
}

export interface MysqlStore extends Store {
  /** Everything that another thread of this process needs to serve the store. */
  share(cacheBytes: number): Disposable & { readonly share: MysqlShare };
}

/**
 * A store in a database of the MySQL family, which any number of servers may use at the same time. Every call settles
 * within the location's timeout, even if the database never answers. After an outage the store reconnects without a
 * restart.
 */
export async function openMysqlStore(location: MysqlLocation, options: MysqlOptions = {}): Promise<MysqlStore> {
  checkTlsFiles(location);
  const { exclusive = false, cacheBytes = 0, stalenessMs = 0 } = options;
  await using opening = new AsyncDisposableStack();
  await migrateMysqlStore(location, options.schema ?? "make");

  const hosts = new Hosts(location.hosts);
  const membershipSession = new Session(location, hosts);
  opening.defer(() => membershipSession.close());
  const membership = new Membership({
    session: membershipSession,
    timeoutMs: location.timeoutMs,
    schemaKnown: MYSQL_MIGRATIONS.length,
  });
  // If the database cannot be reached, the other servers remove this one's row later, as after a crash. A session that
  // does not answer this call is not closed gracefully, either.
  opening.defer(() => membership.leave().catch(() => membershipSession.drop()));
  const writes = new SharedArrayBuffer(THREADS_MAX * Int32Array.BYTES_PER_ELEMENT);
  const feedVersion = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const cells = { stamps: newVersionStampCells(), feedVersion, writes };
  const common = { location, stalenessMs, ...cells };
  const store = servingStore({ ...common, thread: 0, cacheBytes, hosts, slot: () => membership.slot() });
  opening.use(store);
  let threads = 0;
  const slot = exclusive ? await reached(location, membership.slot()) : 0;

  const owned = opening.move();
  return {
    ...store,
    publishDemand: (demand) => reached(location, membership.publishDemand(demand)),
    share(cacheBytesOfThread) {
      threads += 1;
      const share = { ...common, cacheBytes: cacheBytesOfThread, thread: threads, slot };
      const cell = threads % THREADS_MAX;
      // The writes that the thread had in flight end with it.
      return { share, [Symbol.dispose]: () => void Atomics.store(new Int32Array(writes), cell, 0) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function reached<T>(location: MysqlLocation, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw storeError(error, location.text);
  }
}

/** Each new connection reads them again; this check reports a mistake when the store is opened. */
function checkTlsFiles({ tls, text }: MysqlLocation): void {
  for (const file of [tls?.caFile, tls?.certificateFile, tls?.keyFile]) {
    if (file === undefined) continue;
    try {
      readFileSync(file);
    } catch (error) {
      throw new StoreError("cannot_open", `${text}: the file ${file} cannot be read`, error);
    }
  }
}
