import { migrateExisting } from "../../migrate.ts";
import { Connection } from "../connection/connection.ts";
import { statAt } from "../files/file-id.ts";
import { awaitFormerServer, holdFile, removeServer } from "../files/holder.ts";
import { lockForServer } from "../files/lock.ts";
import { mark } from "../files/marker.ts";
import { resolveStorePath } from "../files/resolve-store-path.ts";
import { whenFree } from "../files/when-free.ts";
import { checkOwnership, migrationTarget, OPENING_BUSY_MS, SQLITE_MIGRATIONS } from "./schema.ts";

interface ForServer {
  /** As in `SqliteOptions`. */
  readonly listen?: string;
  readonly onHolderAwaited?: (message: string) => void;
}

/**
 * Brings a store that is there to the newest schema, for a server that opens it next. The file is held meanwhile, under
 * the same conditions as for serving it; a file that is missing or empty is left to the opening.
 */
export async function migrateSqliteForServer(
  given: string,
  { listen = "", onHolderAwaited }: ForServer,
): Promise<void> {
  const { path, isMarked } = resolveStorePath(given);
  if ((statAt(path)?.size ?? 0) === 0) return;
  await using stack = new AsyncDisposableStack();
  const held = stack.use(await holdFile(path));
  const options = { mustExist: true, busyTimeoutMs: OPENING_BUSY_MS };
  const connection = stack.adopt(await whenFree(() => new Connection(path, options)), (opened) => opened.close());
  await whenFree(() => checkOwnership(connection, isMarked));
  const target = migrationTarget(connection);
  const { version } = await target.version();
  if (version === 0 || version >= SQLITE_MIGRATIONS.length) return;
  stack.use(await lockForServer(path, listen));
  await awaitFormerServer(connection, held.isSure, onHolderAwaited);
  await whenFree(() => connection.useWriteAheadLog());
  await migrateExisting(target, SQLITE_MIGRATIONS);
  mark(path);
  // It is known to be gone, and the opening need not wait for it again.
  await whenFree(() => removeServer(connection));
}
