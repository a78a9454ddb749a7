/**
 * Where a store is and how it is opened. The only file that names every engine; an engine that is not asked for is
 * not loaded.
 */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Store } from "../core/ports.ts";
import type { StoreTroubleEvents } from "../core/store-trouble.ts";
import type { SchemaChange, SchemaUse } from "./migrate.ts";
import type { MysqlLocation } from "./mysql/connection/location.ts";
import { parseMysqlUrl } from "./mysql/connection/parse-mysql-url.ts";
import type { MysqlShare } from "./mysql/shared-store.ts";
import type { StoreHolder } from "./sqlite/files/lock.ts";
import type { SqliteShare } from "./sqlite/shared-store.ts";
import type { LinkMessage } from "./sqlite/writer/writer-link.ts";
import { StoreError } from "./store-error.ts";

export type StoreLocation =
  | { readonly engine: "memory" }
  /** @property path absolute */
  | { readonly engine: "sqlite"; readonly path: string }
  | MysqlLocation;

export interface OpenOptions {
  /** Hold the store for one server. */
  readonly exclusive: boolean;
  /** By default a store is made where there is none, and never migrated. */
  readonly schema: SchemaUse;
  /** Where that server listens, for the messages of those that are kept out. */
  readonly listen: string;
  /** What the attributes may take that the calling thread keeps in memory. */
  readonly cacheBytes: number;
  /**
   * How old, in ms, what is answered from memory may be where other servers write to the store too; 0 = never stale.
   * A store that only one server can have is never stale.
   */
  readonly stalenessMs: number;
  /** Told when the writer has ended unasked and is started again. */
  readonly onWriterEnd: (error: Error) => void;
  readonly troubles: StoreTroubleEvents;
  /** Told of a part that could not be closed in time, and is left to the end of the process. */
  readonly onLeftOpen: (part: string) => void;
  /** Told when it does not respond, and is ended. */
  readonly onWriterSilent: (silentMs: number) => void;
  /** Told when the store must be watched for some seconds, to see whether a server elsewhere still has it. */
  readonly onHolderAwaited: (message: string) => void;
}

/** What another thread needs to serve a store too; goes through `postMessage`. */
export type StoreShare = SqliteShare | MysqlShare;

/** What the thread that opened a store has to tell those that serve it too; goes through `postMessage`. */
export type StoreMessage = LinkMessage;

/** A store that other threads of the process can serve too. */
export interface SharedStore extends Store {
  /**
   * Until it is disposed of, the other thread must be handed each message, after the share itself.
   * @param cacheBytes for the attributes that the other thread keeps in memory
   */
  share(
    cacheBytes: number,
    tell: (message: StoreMessage, transfer: readonly MessagePort[]) => void,
  ): Disposable & { readonly share: StoreShare };
}

/** A store that another thread has opened, as this thread serves it. */
export interface JoinedStore {
  readonly store: Store;
  hear(message: StoreMessage): void;
}

const MEMORY = "memory:";
const SQLITE = "sqlite:";
const MYSQL = "mysql:";

/**
 * Reads `memory:`, `sqlite:PATH` or `mysql://…`; a string is the reason why it cannot, and never holds a password.
 * @param password for an engine that asks for one, where the text has none
 * @param folder what relative paths are relative to
 */
export function parseStoreUrl(text: string, password?: string, folder = process.cwd()): StoreLocation | string {
  if (text === MEMORY) return { engine: "memory" };
  if (text.startsWith(MYSQL)) return parseMysqlUrl(text, password, folder);
  if (!text.startsWith(SQLITE)) return `must be "${MEMORY}", "${SQLITE}PATH" or "${MYSQL}//USER@HOST/DATABASE"`;
  const path = text.slice(SQLITE.length);
  if (path === "" || path.endsWith("/")) return `"${SQLITE}" must be followed by the path of a file`;
  if (path.includes("\0")) return "a path cannot hold a NUL";
  return { engine: "sqlite", path: resolve(folder, path) };
}

/** Rejects with a `StoreError` whose message is one clear line for the operator. */
export async function openStore(location: StoreLocation, options?: Partial<OpenOptions>): Promise<Store> {
  switch (location.engine) {
    case "memory": {
      const { openMemoryStore } = await import("./memory/store.ts");
      return openMemoryStore();
    }
    case "sqlite": {
      const { openSqliteStore } = await import("./sqlite/store.ts");
      return await openSqliteStore(location.path, options);
    }
    case "mysql": {
      const { openMysqlStore } = await import("./mysql/store.ts");
      return await openMysqlStore(location, options);
    }
  }
}

/** As `openStore`, for a store that several threads will serve; refuses an engine that is one thread's own. */
export async function openSharedStore(location: StoreLocation, options?: Partial<OpenOptions>): Promise<SharedStore> {
  if (location.engine === "memory") {
    throw new StoreError("location_illegal", `${MEMORY} can be served by one worker only`);
  }
  if (location.engine === "mysql") {
    const { openMysqlStore } = await import("./mysql/store.ts");
    return await openMysqlStore(location, options);
  }
  const { openSqliteStore } = await import("./sqlite/store.ts");
  return await openSqliteStore(location.path, options);
}

/** Brings a store to this version's schema. Rejects with a `StoreError` also where there is none. */
export async function migrateStore(location: Exclude<StoreLocation, { engine: "memory" }>): Promise<SchemaChange> {
  if (location.engine === "mysql") {
    const { migrateMysqlStore } = await import("./mysql/schema/migrate-store.ts");
    return await migrateMysqlStore(location, "migrate");
  }
  const { migrateSqliteStore } = await import("./sqlite/migrate-store.ts");
  return await migrateSqliteStore(location.path);
}

export async function joinStore(share: StoreShare): Promise<JoinedStore> {
  if ("location" in share) {
    const { joinMysqlStore } = await import("./mysql/shared-store.ts");
    // Its threads have nothing to say to each other: each has connections of its own.
    return { store: joinMysqlStore(share), hear: () => {} };
  }
  const { joinSqliteStore } = await import("./sqlite/shared-store.ts");
  return joinSqliteStore(share);
}

/** Rejects where a store was made and its file is missing; makes nothing. */
export async function refuseLostStore(location: StoreLocation): Promise<void> {
  if (location.engine !== "sqlite") return;
  const { storePlace } = await import("./sqlite/files/store-place.ts");
  storePlace(location.path);
}

/** The server that holds the store now, if any; a store of the cluster's is nobody's alone. */
export async function findStoreHolder(location: StoreLocation): Promise<StoreHolder | undefined> {
  if (location.engine !== "sqlite") return undefined;
  const { storeHolder } = await import("./sqlite/files/lock.ts");
  return storeHolder(location.path);
}

/**
 * Keeps servers off a store that only one may have, until it is disposed of, so that a command can change what they keep
 * in memory. Refuses with `in_use`. The store must be there.
 */
export async function keepServersOff(location: StoreLocation): Promise<Disposable> {
  if (location.engine !== "sqlite") return { [Symbol.dispose]: () => {} };
  const { lockForCommand } = await import("./sqlite/files/lock.ts");
  return await lockForCommand(realpathSync(location.path));
}
