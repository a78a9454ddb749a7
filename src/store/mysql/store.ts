import { readFileSync } from "node:fs";
import type { Store } from "../../core/ports.ts";
import { newVersionStampCells } from "../cache/version-stamps.ts";
import type { SchemaUse } from "../migrate.ts";
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
  /** Serve it: be known to the other servers. Commands are not. */
  readonly exclusive?: boolean;
  /** By default the tables are made where there are none, and never migrated. */
  readonly schema?: SchemaUse;
  /** For the attributes that the calling thread keeps in memory. */
  readonly cacheBytes?: number;
  /** How old these may be; 0 = none is kept. */
  readonly stalenessMs?: number;
  /** False: every read and write by itself, for the benchmark to compare with. */
  readonly batching?: boolean;
  /** So many read attributes, and as many write them; few, so that much goes together. */
  readonly connections?: number;
}

export interface MysqlStore extends Store {
  /** What another thread of this process needs to serve the store too. */
  share(cacheBytes: number): Disposable & { readonly share: MysqlShare };
}

/**
 * A store in a database of the MySQL family, which any number of servers may have at the same time. Every call is
 * answered or rejected within the location's timeout, whatever the database does, and what the database comes back
 * from needs no new start.
 */
export async function openMysqlStore(location: MysqlLocation, options: MysqlOptions = {}): Promise<MysqlStore> {
  checkTlsFiles(location);
  const { exclusive = false, cacheBytes = 0, stalenessMs = 0, batching = true, connections = 2 } = options;
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
  // A server that ends while the database is away is missed, and cleaned up, as one that was killed.
  // One that does not answer to that is not told goodbye besides.
  opening.defer(() => membership.leave().catch(() => membershipSession.drop()));
  const writes = new SharedArrayBuffer(THREADS_MAX * Int32Array.BYTES_PER_ELEMENT);
  const feedVersion = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const cells = { stamps: newVersionStampCells(), feedVersion, writes };
  const common = { location, stalenessMs, batching, connections, ...cells };
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
      // What a thread had under way goes with it.
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

/** They are read again for every connection; a mistake is told at once. */
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
