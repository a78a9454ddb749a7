import type { Store } from "../../core/ports/store.ts";
import { StoreError } from "../store-error.ts";
import { Connection } from "./connection/connection.ts";
import { type FileId, fileIdAt, isSameFile } from "./files/file-id.ts";
import { createServingStore } from "./serving-store.ts";
import { type SharedCells, SharedState } from "./shared-state.ts";
import { WriterClient } from "./writer/writer-client.ts";
import type { LinkMessage } from "./writer/writer-link.ts";

/** Everything that a thread needs to serve a store that another thread has opened; goes through `postMessage`. */
export interface SqliteShare {
  readonly path: string;
  readonly cells: SharedCells;
  /** The thread's number among those that share the cells. */
  readonly thread: number;
  /** Memory for cached attributes on this thread. */
  readonly cacheBytes: number;
  /** The identity of the file: another one may be at its path when the thread opens it. */
  readonly main: FileId | undefined;
}

/** A store that another thread owns; that thread also keeps it connected to the writer. */
export interface JoinedSqliteStore {
  readonly store: Store;
  /** Receives the owner's messages. */
  receive(message: LinkMessage): void;
}

/** Joins a shared store. Its `failed` never settles: the owner reports failures. */
export function joinSqliteStore(share: SqliteShare): JoinedSqliteStore {
  const { path, cells, thread, cacheBytes, main } = share;
  const shared = new SharedState(cells);
  const connection = new Connection(path, { mustExist: true, onDamage: shared.reportDamage });
  if (!isSameFile(fileIdAt(path), main)) {
    connection.close();
    throw new StoreError("file_lost", `${path} was replaced by another file while it was served`);
  }
  connection.readOnlyNow();
  const writer = new WriterClient(path, { admission: cells.admission, thread });
  return {
    store: {
      ...createServingStore({ connection, writer, shared, cacheBytes }),
      failed: new Promise(() => {}),
      async [Symbol.asyncDispose]() {
        await writer.close();
        connection.close();
      },
    },
    receive: writer.receive,
  };
}
