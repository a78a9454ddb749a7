import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Store } from "../../core/ports.ts";
import { migrate } from "../migrate.ts";
import { StoreError } from "../store-error.ts";
import { Connection, type Synchronous } from "./connection.ts";
import { StoreLock } from "./lock.ts";
import * as reads from "./reads.ts";
import { checkOwnership, migrationTarget, SQLITE_MIGRATIONS } from "./schema.ts";
import { WriterClient } from "./writer-client.ts";

export interface SqliteOptions {
  /** Hold the store for one server; refused with `in_use` while another has it. */
  readonly exclusive?: boolean;
  /** Where the server listens, for those whom the lock keeps out. */
  readonly listen?: string;
  readonly synchronous?: Synchronous;
  /** The entry of the writer's thread. */
  readonly writerUrl?: URL;
  /** Told when the writer's thread has ended unasked and its writes under way are in doubt. */
  readonly onWriterEnd?: (error: Error) => void;
}

/**
 * The embedded store: one file, read on the calling thread and written by a thread of its own. Reads answer at once
 * and not with a promise.
 */
export async function openSqliteStore(path: string, options: SqliteOptions = {}): Promise<Store> {
  await using opening = new AsyncDisposableStack();
  const { synchronous = "FULL", writerUrl: url = writerEntry() } = options;

  const connection = opening.adopt(new Connection(resolve(path), { synchronous }), (opened) => opened.close());
  checkOwnership(connection);
  // The true path: the same file by another name must have the same lock.
  const file = realpathSync(connection.path);
  if (options.exclusive) opening.use(new StoreLock(file, options.listen ?? ""));
  connection.useWriteAheadLog();
  await migrate(migrationTarget(connection), SQLITE_MIGRATIONS);
  connection.exec("PRAGMA query_only = 1");
  const writer = opening.adopt(
    await WriterClient.open({ path: file, synchronous, url, onEnd: options.onWriterEnd }),
    (opened) => opened.close(),
  );
  return sqliteStore(connection, writer, opening.move());
}

/**
 * In a compiled executable all modules are one file, and only further entry points keep their path below `src`:
 * `bun build --compile src/main.ts src/store/sqlite/writer.ts`.
 */
function writerEntry(): URL {
  const compiled = "file:///$bunfs/";
  if (!import.meta.url.startsWith(compiled)) return new URL("./writer.ts", import.meta.url);
  return new URL("root/store/sqlite/writer.ts", compiled);
}

function sqliteStore(connection: Connection, writer: WriterClient, owned: AsyncDisposableStack): Store {
  const { ino } = statSync(connection.path);

  return {
    async ping() {
      // A file that was moved or replaced goes on taking writes that nobody will find again.
      if (statSync(connection.path, { throwIfNoEntry: false })?.ino !== ino) {
        throw new StoreError("cannot_open", `${connection.path} has been moved, removed or replaced`);
      }
      reads.readChanges(connection, Number.MAX_SAFE_INTEGER);
      await writer.ping();
    },
    failed: writer.failed,
    changesSince: (cursor) => reads.readChanges(connection, cursor),
    apps: () => reads.readApps(connection),
    app: (number) => reads.readApp(connection, number),
    insertApp: (app) => writer.send("insertApp", app),
    changeApp: (number, change, now) => writer.send("changeApp", number, change, now),
    deleteApp: (number, now) => writer.send("deleteApp", number, now),
    purge: (countMax) => writer.send("purge", countMax),
    signingKeys: () => reads.readSigningKeys(connection),
    addSigningKey: (secret, now) => writer.send("addSigningKey", secret, now),
    user: (app, name) => reads.readUser(connection, app, name),
    users: (app, after, countMax) => reads.readUsers(connection, app, after, countMax),
    insertUsers: (app, users) => writer.send("insertUsers", app, users),
    changeUser: (app, name, change, now) => writer.send("changeUser", app, name, change, now),
    deleteUsers: (app, names, now) => writer.send("deleteUsers", app, names, now),
    attributes: (app, name) => reads.readAttributes(connection, app, name),
    attributesOf: (app, names) => reads.readAttributesOf(connection, app, names),
    writeAttributes: (write) => writer.send("writeAttributes", write),
    clearAttributes: (app, name, now) => writer.send("clearAttributes", app, name, now),
    usage: (app) => reads.readUsage(connection, app),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
