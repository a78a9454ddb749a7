/** As open.ts, for a store that is to be copied: an engine that is not asked for is not loaded. */
import type { StoreLocation } from "../open.ts";
import type { TransferSource, TransferTarget } from "./transfer.ts";

/** A store in memory is gone with its process, and so can be neither end of a copy. */
export type TransferLocation = Exclude<StoreLocation, { engine: "memory" }>;

/** Rejects with a `StoreError` when a server has the store, or there is none. */
export async function openTransferSource(location: TransferLocation): Promise<TransferSource> {
  if (location.engine === "sqlite") {
    const { openSqliteSource } = await import("../sqlite/transfer/transfer.ts");
    return await openSqliteSource(location.path);
  }
  const { openMysqlSource } = await import("../mysql/transfer/transfer.ts");
  return await openMysqlSource(location);
}

/** Rejects with a `StoreError` when a server has the store, or it has apps. */
export async function openTransferTarget(location: TransferLocation): Promise<TransferTarget> {
  if (location.engine === "sqlite") {
    const { openSqliteTarget } = await import("../sqlite/transfer/transfer.ts");
    return await openSqliteTarget(location.path);
  }
  const { openMysqlTarget } = await import("../mysql/transfer/transfer.ts");
  return await openMysqlTarget(location);
}
