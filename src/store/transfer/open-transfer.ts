/** Opens a store to copy from or to. Like open.ts, loads an engine only when asked for it. */
import type { StoreLocation } from "../open.ts";
import type { TransferSource, TransferTarget } from "./transfer.ts";

/** A memory: store ends with its process, so it cannot be copied. */
export type TransferLocation = Exclude<StoreLocation, { engine: "memory" }>;

/** Rejects with a `StoreError` if a server has the store, or there is none. */
export async function openTransferSource(location: TransferLocation): Promise<TransferSource> {
  if (location.engine === "sqlite") {
    const { openSqliteSource } = await import("../sqlite/transfer/transfer.ts");
    return await openSqliteSource(location.path);
  }
  const { openMysqlSource } = await import("../mysql/transfer/transfer.ts");
  return await openMysqlSource(location);
}

/** Rejects with a `StoreError` if a server has the store, or it has apps. */
export async function openTransferTarget(location: TransferLocation): Promise<TransferTarget> {
  if (location.engine === "sqlite") {
    const { openSqliteTarget } = await import("../sqlite/transfer/transfer.ts");
    return await openSqliteTarget(location.path);
  }
  const { openMysqlTarget } = await import("../mysql/transfer/transfer.ts");
  return await openMysqlTarget(location);
}
