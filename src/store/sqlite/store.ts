/**
 * The engine for one server per file. `writer/` has the writer's thread with group commit; `files/` has the locks that
 * keep a second server off, and the checks that the files are still the store; `transfer/` copies whole stores. Start
 * with serving-store.ts.
 */
import type { Store } from "../../core/ports/store.ts";
import type { StoreTroubleEvents } from "../../core/ports/store-trouble.ts";
import { migrate, type OpeningUse } from "../migrate.ts";
import { StoreError } from "../store-error.ts";
import { Connection, createPrivately } from "./connection/connection.ts";
import { isSameFile } from "./files/file-id.ts";
import { awaitFormerServer, checkServedHere, holdFile, nameServer } from "./files/holder.ts";
import { lockForServer } from "./files/lock.ts";
import { mark } from "./files/marker.ts";
import { resolveStorePath } from "./files/resolve-store-path.ts";
import { storeFilesId } from "./files/store-files.ts";
import { whenFree } from "./files/when-free.ts";
import { checkOwnership, checkSchema, migrationTarget, OPENING_BUSY_MS, SQLITE_MIGRATIONS } from "./schema/schema.ts";
import { createServingStore } from "./serving-store.ts";
import { newSharedCells, SharedState } from "./shared-state.ts";
import type { SqliteShare } from "./shared-store.ts";
import { ThreadSlots } from "./writer/thread-slots.ts";
import { WAIT_MAX_MS, WriterClient } from "./writer/writer-client.ts";
import type { Link } from "./writer/writer-link.ts";
import { WriterThread } from "./writer/writer-thread.ts";

export interface SqliteOptions {
  /** By default a missing store is created. An existing one is never migrated. */
  readonly schema?: OpeningUse;
  /** Hold the store for this server; refused with `in_use` while another has it. */
  readonly exclusive?: boolean;
  /** Where the server listens, for the error messages of processes that the lock keeps out. */
  readonly listen?: string;
  /** Memory for cached attributes on the calling thread. Used only with `exclusive`. */
  readonly cacheBytes?: number;
  /** How long a write waits to start, and how long to wait for its outcome; see WriterClient. */
  readonly waitMaxMs?: number;
  readonly outcomeMaxMs?: number;
  /** The entry module of the writer's thread. */
  readonly writerUrl?: URL;
  /** Called when the writer's thread has crashed, and the outcome of its writes in flight is unknown. */
  readonly onWriterEnd?: (error: Error) => void;
  readonly troubles?: StoreTroubleEvents;
  /** Called for a part that could not be closed in time; it ends with the process. */
  readonly onLeftOpen?: (part: string) => void;
  /** Called when the writer's thread does not respond and is ended. */
  readonly onWriterSilent?: (silentMs: number) => void;
  /** How long the writer's thread may fail to respond. */
  readonly silentMaxMs?: number;
  /** Called when opening waits some seconds to see whether a server elsewhere still has the store. */
  readonly onHolderAwaited?: (message: string) => void;
}

export interface SqliteStore extends Store {
  /**
   * Everything that another thread needs to serve the store; `link` gets the writer's messages until it is disposed of.
   */
  share(cacheBytes: number, link: Link): Disposable & { readonly share: SqliteShare };
}

/** A command beside a server waits longer for the server's transactions than clients do, because it does not retry. */
const COMMAND_WAIT_MAX_MS = 10_000;

/** Opens the embedded store: one file, read synchronously on the calling thread and written by a thread of its own. */
export async function openSqliteStore(path: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  await using opening = new AsyncDisposableStack();
  const { exclusive = false, schema = "make", writerUrl: url = writerEntry() } = options;

  const resolved = resolveStorePath(path);
  const file = resolved.path;
  createPrivately(file);
  const held = exclusive ? opening.use(await holdFile(file)) : undefined;
  if (held === undefined) await checkServedHere(file);
  const cells = newSharedCells();
  const shared = new SharedState(cells);
  const reading = { busyTimeoutMs: OPENING_BUSY_MS, onDamage: shared.reportDamage, mustExist: true };
  const connection = opening.adopt(await whenFree(() => new Connection(file, reading)), (opened) => opened.close());
  await whenFree(() => checkOwnership(connection, resolved.isMarked));
  if (held !== undefined) {
    opening.use(await lockForServer(file, options.listen ?? ""));
    await awaitFormerServer(connection, held.isSure, options.onHolderAwaited);
  }
  await checkSchema(connection, schema);
  await whenFree(() => connection.useWriteAheadLog());
  await migrate(migrationTarget(connection), SQLITE_MIGRATIONS, schema);
  mark(file);
  const named = held && {
    descriptor: held.descriptor,
    nonce: await whenFree(() => nameServer(connection, options.listen ?? "")),
  };
  const files = storeFilesId(file, exclusive, named);
  if (held !== undefined && !isSameFile(files.main, held.id)) {
    throw new StoreError("cannot_open", `${file} was replaced while it was opened`);
  }
  connection.readOnlyNow();
  const thread = opening.adopt(
    await WriterThread.open({
      path: file,
      cells,
      files,
      url,
      onEnd: options.onWriterEnd,
      troubles: options.troubles,
      onLeftOpen: () => options.onLeftOpen?.("the store's writer"),
      onSilent: options.onWriterSilent,
      silentMaxMs: options.silentMaxMs,
    }),
    (opened) => opened.close(),
  );
  const threads = new ThreadSlots(cells.admission);
  const { waitMaxMs = exclusive ? WAIT_MAX_MS : COMMAND_WAIT_MAX_MS, outcomeMaxMs } = options;
  const waits = { waitMaxMs, ...(outcomeMaxMs === undefined ? {} : { outcomeMaxMs }) };
  const client = new WriterClient(file, { admission: cells.admission, thread: threads.take(), ...waits });
  const writer = opening.adopt(client, (opened) => opened.close());
  opening.use(thread.connect(writer.receive));

  const serving = createServingStore({
    connection,
    writer,
    shared,
    cacheBytes: exclusive ? (options.cacheBytes ?? 0) : 0,
  });
  const owned = opening.move();
  return {
    ...serving,
    async ping() {
      await serving.ping();
      return thread.troubles;
    },
    failed: thread.failed,
    share(cacheBytes, link) {
      const connected = thread.connect(link);
      const own = threads.take();
      return {
        share: { path: file, cells, thread: own, cacheBytes, main: files.main },
        [Symbol.dispose]() {
          connected[Symbol.dispose]();
          threads.release(own);
        },
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * A compiled executable is one file, in which only further entry points keep their path below `src`: `bun build
 * --compile src/main.ts src/store/sqlite/writer/writer.ts`.
 */
function writerEntry(): URL {
  const compiled = "file:///$bunfs/";
  if (!import.meta.url.startsWith(compiled)) return new URL("./writer/writer.ts", import.meta.url);
  return new URL("root/store/sqlite/writer/writer.ts", compiled);
}
