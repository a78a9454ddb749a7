/**
 * Where a store is and how it is opened. The only file that names every engine; an engine that is not asked for is
 * not loaded.
 */
import { resolve } from "node:path";
import type { Store } from "../core/ports.ts";
import type { StoreHolder } from "./sqlite/lock.ts";
import type { SqliteShare } from "./sqlite/shared-store.ts";
import type { LinkMessage } from "./sqlite/writer-link.ts";
import { StoreError } from "./store-error.ts";

export type StoreLocation =
  | { readonly engine: "memory" }
  /** @property path absolute */
  | { readonly engine: "sqlite"; readonly path: string };

export interface OpenOptions {
  /** Hold the store for one server. */
  readonly exclusive: boolean;
  /** Where that server listens, for the messages of those that are kept out. */
  readonly listen: string;
  /** What the attributes may take that the calling thread keeps in memory. */
  readonly cacheBytes: number;
  /** Told when the writer has ended unasked and is started again. */
  readonly onWriterEnd: (error: Error) => void;
}

/** What another thread needs to serve a store too; goes through `postMessage`. */
export type StoreShare = SqliteShare;

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

/** Reads `memory:` or `sqlite:PATH` (relative to the working directory); a string is the reason why it cannot. */
export function parseStoreUrl(text: string): StoreLocation | string {
  if (text === MEMORY) return { engine: "memory" };
  if (!text.startsWith(SQLITE)) return `must be "${MEMORY}" or "${SQLITE}PATH"`;
  const path = text.slice(SQLITE.length);
  if (path === "" || path.endsWith("/")) return `"${SQLITE}" must be followed by the path of a file`;
  if (path.includes("\0")) return "a path cannot hold a NUL";
  return { engine: "sqlite", path: resolve(path) };
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
  }
}

/** As `openStore`, for a store that several threads will serve; refuses an engine that is one thread's own. */
export async function openSharedStore(location: StoreLocation, options?: Partial<OpenOptions>): Promise<SharedStore> {
  if (location.engine === "memory") {
    throw new StoreError("location_illegal", `${MEMORY} can be served by one worker only`);
  }
  const { openSqliteStore } = await import("./sqlite/store.ts");
  return await openSqliteStore(location.path, options);
}

export async function joinStore(share: StoreShare): Promise<JoinedStore> {
  const { joinSqliteStore } = await import("./sqlite/shared-store.ts");
  return joinSqliteStore(share);
}

/** The server that holds the store now, if any. */
export async function findStoreHolder(location: StoreLocation): Promise<StoreHolder | undefined> {
  if (location.engine === "memory") return undefined;
  const { storeHolder } = await import("./sqlite/lock.ts");
  return storeHolder(location.path);
}
