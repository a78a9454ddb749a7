import { futimesSync, truncateSync } from "node:fs";
import { StoreError } from "../../store-error.ts";
import type { Connection } from "../connection/connection.ts";
import type { ToldTrouble } from "../writer/writer-messages.ts";
import { fileIdAt, isSameFile } from "./file-id.ts";
import { type Loss, StoreFiles, type StoreFilesId } from "./store-files.ts";

/** After this time the change is not another process's checkpoint, during which pages move. */
const SURE_MS = 1000;

/**
 * Detects and reports when the store's files are moved, removed or overwritten while they are open, and when they are
 * back.
 */
export class FileWatch {
  readonly #files: StoreFiles;
  readonly #id: StoreFilesId;
  readonly #tell: (message: ToldTrouble) => void;
  /** Undefined: not checked yet. An earlier writer may have reported a loss that is over. */
  #lost: Loss | "none" | undefined;
  #isLogEmpty = false;
  /** Since when the file has been overwritten; as of `performance.now`. */
  #overwrittenMs: number | undefined;

  constructor(id: StoreFilesId, tell: (message: ToldTrouble) => void) {
    this.#files = new StoreFiles(id);
    this.#id = id;
    this.#tell = tell;
  }

  /** Whether the WAL belongs to the file's content. */
  get ownsFile(): boolean {
    return this.#known?.kind !== "overwritten";
  }

  /** Why nothing may be written or acknowledged now. @param connection undefined: not open yet */
  loss(connection: Connection | undefined): StoreError | undefined {
    const loss = this.#look(connection);
    if (loss === undefined) {
      if (this.#lost !== "none") this.#tell({ kind: "trouble-over", trouble: "file_lost" });
      this.#lost = "none";
      return undefined;
    }
    if (this.#known === undefined) {
      this.#isLogEmpty = false;
      this.#tell({ kind: "troubled", trouble: { kind: "file_lost", message: loss.message } });
      this.#lost = loss;
      if (connection !== undefined) this.checkpointAll(connection);
    }
    this.#lost = loss;
    return new StoreError("file_lost", loss.message);
  }

  /**
   * Acknowledged writes are in the WAL, and a file that is moved away leaves its WAL behind. So this checkpoints all of
   * it into the open file, which is the one the operator has moved. The WAL is left empty, so that it can never be
   * applied to another file in the same place.
   */
  checkpointAll(connection: Connection): void {
    if (this.#isLogEmpty) return;
    try {
      if (this.ownsFile) {
        this.#isLogEmpty = connection.get<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")?.busy === 0;
        if (!this.#isLogEmpty) connection.run("PRAGMA wal_checkpoint(PASSIVE)");
      } else if (this.#overwrittenMs !== undefined && performance.now() - this.#overwrittenMs > SURE_MS) {
        this.dropLog();
      }
    } catch (error) {
      // It is retried.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** For an overwritten file: SQLite would write the WAL over the new content when the file is closed. */
  dropLog(): void {
    const { path, log } = this.#id;
    if (log === undefined || !isSameFile(fileIdAt(`${path}-wal`), log)) return;
    truncateSync(`${path}-wal`);
    this.#isLogEmpty = true;
  }

  /** Sends a heartbeat (the file's modification time) to servers that open the file by another path. */
  heartbeat(): void {
    if (this.#id.named === undefined) return;
    const now = new Date();
    try {
      futimesSync(this.#id.named.descriptor, now, now);
    } catch {
      // The file belongs to another account; writes to it change the time, too.
    }
  }

  /**
   * A loss that stays even if the old content comes back, because SQLite's memory belongs to that and the WAL is gone.
   */
  get #lasting(): Loss | undefined {
    return this.#isLogEmpty && !this.ownsFile ? this.#known : undefined;
  }

  get #known(): Loss | undefined {
    return this.#lost === "none" ? undefined : this.#lost;
  }

  /** If the files cannot be examined, nothing can be acknowledged. */
  #look(connection: Connection | undefined): Loss | undefined {
    try {
      const loss = this.#lasting ?? this.#files.look(connection);
      if (loss?.kind !== "overwritten") this.#overwrittenMs = undefined;
      else this.#overwrittenMs ??= performance.now();
      return loss;
    } catch {
      return { kind: "moved", message: `${this.#id.path} cannot be examined any more: nothing is written` };
    }
  }
}
