import { futimesSync, truncateSync } from "node:fs";
import { StoreError } from "../../store-error.ts";
import type { Connection } from "../connection.ts";
import type { ToldTrouble } from "../writer/writer-messages.ts";
import { fileIdAt, isSameFile } from "./file-id.ts";
import { type Loss, StoreFiles, type StoreFilesId } from "./store-files.ts";

/** After which it is no moment in which another process folds the log: then pages change their places. */
const SURE_MS = 1000;

/** Says when the store's files are lost while they are open, and when they are back. */
export class FileWatch {
  readonly #files: StoreFiles;
  readonly #id: StoreFilesId;
  readonly #tell: (message: ToldTrouble) => void;
  /** Undefined: not looked at yet. A writer before this one may have told of a loss that is over. */
  #lost: Loss | "none" | undefined;
  #isLogSettled = false;
  /** Since when the file holds something else; as of `performance.now`. */
  #overwrittenMs: number | undefined;

  constructor(id: StoreFilesId, tell: (message: ToldTrouble) => void) {
    this.#files = new StoreFiles(id);
    this.#id = id;
    this.#tell = tell;
  }

  /** Whether what is in the log belongs to the bytes of the file. */
  get ownsFile(): boolean {
    return this.#known?.kind !== "overwritten";
  }

  /** Why nothing may be written or promised now. @param connection undefined: it is not open yet */
  loss(connection: Connection | undefined): StoreError | undefined {
    const loss = this.#look(connection);
    if (loss === undefined) {
      if (this.#lost !== "none") this.#tell({ kind: "trouble-over", trouble: "file_lost" });
      this.#lost = "none";
      return undefined;
    }
    if (this.#known === undefined) {
      this.#isLogSettled = false;
      this.#tell({ kind: "troubled", trouble: { kind: "file_lost", message: loss.message } });
      this.#lost = loss;
      if (connection !== undefined) this.settleLog(connection);
    }
    this.#lost = loss;
    return new StoreError("file_lost", loss.message);
  }

  /**
   * What was answered is in the log, and a file that is moved away leaves its log behind: so all of it is folded into
   * the file that is open, which is the one that the operator has in hand. The log is left empty, so that it can never be
   * taken for that of another file in the same place.
   */
  settleLog(connection: Connection): void {
    if (this.#isLogSettled) return;
    try {
      if (this.ownsFile) {
        this.#isLogSettled = connection.get<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")?.busy === 0;
        if (!this.#isLogSettled) connection.run("PRAGMA wal_checkpoint(PASSIVE)");
      } else if (this.#overwrittenMs !== undefined && performance.now() - this.#overwrittenMs > SURE_MS) {
        this.dropLog();
      }
    } catch (error) {
      // It is tried again.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** For a file that holds something else now: SQLite would write the log over that when the file is closed. */
  dropLog(): void {
    const { path, log } = this.#id;
    if (log === undefined || !isSameFile(fileIdAt(`${path}-wal`), log)) return;
    truncateSync(`${path}-wal`);
    this.#isLogSettled = true;
  }

  /** Shows servers that come to the file by another path that it is served. */
  beat(): void {
    if (this.#id.named === undefined) return;
    const now = new Date();
    try {
      futimesSync(this.#id.named.descriptor, now, now);
    } catch {
      // Another account's file: what this account writes into it is a sign of life too.
    }
  }

  /** What SQLite has in memory belongs to other bytes now, even if the former ones should come back. */
  get #lasting(): Loss | undefined {
    return this.#isLogSettled && !this.ownsFile ? this.#known : undefined;
  }

  get #known(): Loss | undefined {
    return this.#lost === "none" ? undefined : this.#lost;
  }

  /** A disk that does not let itself be looked at is not one to which a promise can be made. */
  #look(connection: Connection | undefined): Loss | undefined {
    try {
      const loss = this.#lasting ?? this.#files.look(connection);
      if (loss?.kind !== "overwritten") this.#overwrittenMs = undefined;
      else this.#overwrittenMs ??= performance.now();
      return loss;
    } catch {
      return { kind: "moved", message: `${this.#id.path} cannot be looked at any more: nothing is written` };
    }
  }
}
