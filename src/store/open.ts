/**
 * Store URLs, and how to open a store. `src/store` holds the engines: memory/ (the reference), sqlite/ and mysql/, with
 * cache/ and transfer/ shared by them. An engine knows SQL and files, but none of the rules. This is the only file that
 * names every engine; it loads an engine only when asked for it.
 */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Store } from "../core/ports/store.ts";
import type { StoreTroubleEvents } from "../core/ports/store-trouble.ts";
import type { OpeningUse, SchemaChange } from "./migrate.ts";
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
  /** Hold the store for this server alone, where the engine allows only one. */
  readonly exclusive: boolean;
  /** By default a store is made where there is none. It is never migrated: see `migrateStore`. */
  readonly schema: OpeningUse;
  /** Where this server listens, for the error messages of processes that the lock keeps out. */
  readonly listen: string;
  /** Memory for cached attributes on the calling thread. */
  readonly cacheBytes: number;
  /**
   * Maximum age in ms of a cached read, where other servers write to the store too; 0 = never stale. Cached reads of a
   * store with a single server are never stale.
   */
  readonly stalenessMs: number;
  /** Called when the writer's thread has crashed and is started again. */
  readonly onWriterEnd: (error: Error) => void;
  readonly troubles: StoreTroubleEvents;
  /** Called for a part that could not be closed in time; it ends with the process. */
  readonly onLeftOpen: (part: string) => void;
  /** Called when the writer's thread does not respond and is ended. */
  readonly onWriterSilent: (silentMs: number) => void;
  /** Called when opening waits some seconds to see whether a server elsewhere still has the store. */
  readonly onHolderAwaited: (message: string) => void;
}

/** Everything that another thread needs to serve the same store; goes through `postMessage`. */
export type StoreShare = SqliteShare | MysqlShare;

/** A message from the thread that opened a store to the other threads that serve it; goes through `postMessage`. */
export type StoreMessage = LinkMessage;

/** A store that several threads of the process can serve. */
export interface SharedStore extends Store {
  /**
   * Until the result is disposed of, pass each message on to the other thread, after the share.
   * @param cacheBytes memory for cached attributes on the other thread
   */
  share(
    cacheBytes: number,
    tell: (message: StoreMessage, transfer: readonly MessagePort[]) => void,
  ): Disposable & { readonly share: StoreShare };
}

/** A store that another thread has opened, as seen by this thread. */
export interface JoinedStore {
  readonly store: Store;
  receive(message: StoreMessage): void;
}

const MEMORY = "memory:";
const SQLITE = "sqlite:";
const MYSQL = "mysql:";

/**
 * Parses `memory:`, `sqlite:PATH` or `mysql://…`. A string is the error; it never contains a password.
 * @param password for an engine that needs one, if the URL has none
 * @param folder base of relative paths
 */
export function parseStoreUrl(text: string, password?: string, folder = process.cwd()): StoreLocation | string {
  if (text === MEMORY) return { engine: "memory" };
  if (text.startsWith(MYSQL)) return parseMysqlUrl(text, password, folder);
  if (!text.startsWith(SQLITE)) return `must be "${MEMORY}", "${SQLITE}PATH" or "${MYSQL}//USER@HOST/DATABASE"`;
  const path = text.slice(SQLITE.length);
  if (path === "" || path.endsWith("/")) return `"${SQLITE}" must be followed by the path of a file`;
  if (path.includes("\0")) return "a path cannot contain NUL";
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

/** As `openStore`, for a store that several threads will serve; refuses an engine that cannot leave its thread. */
export async function openSharedStore(location: StoreLocation, options?: Partial<OpenOptions>): Promise<SharedStore> {
  if (location.engine === "memory") {
    throw new StoreError("location_illegal", `${MEMORY} supports only one worker`);
  }
  if (location.engine === "mysql") {
    const { openMysqlStore } = await import("./mysql/store.ts");
    return await openMysqlStore(location, options);
  }
  const { openSqliteStore } = await import("./sqlite/store.ts");
  return await openSqliteStore(location.path, options);
}

/** Brings a store to this version's schema. Rejects with a `StoreError`, also if there is no store. */
export async function migrateStore(location: Exclude<StoreLocation, { engine: "memory" }>): Promise<SchemaChange> {
  if (location.engine === "mysql") {
    const { migrateMysqlStore } = await import("./mysql/schema/migrate-store.ts");
    return await migrateMysqlStore(location, "migrate");
  }
  const { migrateSqliteStore } = await import("./sqlite/schema/migrate-store.ts");
  return await migrateSqliteStore(location.path);
}

/**
 * The same for a server that opens the store next, and that other servers of its version may be opening too: a store that
 * is missing or empty is left to the opening. Refuses with
 * `in_use`, as the opening does, a store that another server has for itself.
 */
export async function migrateForServer(
  location: StoreLocation,
  options: Partial<Pick<OpenOptions, "listen" | "onHolderAwaited">> = {},
): Promise<void> {
  if (location.engine === "mysql") {
    const { migrateMysqlForServer } = await import("./mysql/schema/migrate-store.ts");
    await migrateMysqlForServer(location);
  }
  if (location.engine === "sqlite") {
    const { migrateSqliteForServer } = await import("./sqlite/schema/migrate-for-server.ts");
    await migrateSqliteForServer(location.path, options);
  }
}

export async function joinStore(share: StoreShare): Promise<JoinedStore> {
  if ("location" in share) {
    const { joinMysqlStore } = await import("./mysql/shared-store.ts");
    // The threads of a mysql: store exchange no messages: each has its own connections.
    return { store: joinMysqlStore(share), receive: () => {} };
  }
  const { joinSqliteStore } = await import("./sqlite/shared-store.ts");
  return joinSqliteStore(share);
}

/** Rejects if a store was created here before and its file is missing; creates nothing. */
export async function refuseLostStore(location: StoreLocation): Promise<void> {
  if (location.engine !== "sqlite") return;
  const { resolveStorePath } = await import("./sqlite/files/resolve-store-path.ts");
  resolveStorePath(location.path);
}

/** The server that holds the store now, if any. A mysql: store is never held by one server. */
export async function findStoreHolder(location: StoreLocation): Promise<StoreHolder | undefined> {
  if (location.engine !== "sqlite") return undefined;
  const { storeHolder } = await import("./sqlite/files/lock.ts");
  return storeHolder(location.path);
}

/**
 * Keeps servers from opening a single-server store until it is disposed of, so that a command can change data that
 * servers cache. Refuses with `in_use`. The store must exist.
 */
export async function keepServersOff(location: StoreLocation): Promise<Disposable> {
  if (location.engine !== "sqlite") return { [Symbol.dispose]: () => {} };
  const { lockForCommand } = await import("./sqlite/files/lock.ts");
  return await lockForCommand(realpathSync(location.path));
}
