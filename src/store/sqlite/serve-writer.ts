import { getPriority, setPriority } from "node:os";
import { beat } from "../../core/pulse.ts";
import { ownTask } from "../../system/tasks.ts";
import { systemTimers } from "../../system/timers.ts";
import { StoreError } from "../store-error.ts";
import { Claim } from "./claim.ts";
import type { Commands } from "./commands.ts";
import { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { SharedState } from "./shared-state.ts";
import { WriteLoop } from "./write-loop.ts";
import { type FromWriter, type SentFault, sentFault, type ToWriter } from "./writer-messages.ts";

/** What a Worker's global scope gives its code. */
export interface WriterPort {
  onmessage: ((event: MessageEvent<ToWriter>) => unknown) | null;
  postMessage(message: FromWriter): void;
}

/**
 * The log is folded into the database when it is this much ahead of it: 4 MB. With a million users, 64 writes at
 * once and four times as much, one write in a hundred waited 40 ms instead of 15, and no more were done.
 */
const LOG_PAGES_MAX = 1000;

/**
 * The thread's niceness: where a core is wanted by both, reads go before writes. With 64 clients that set and 64 that
 * read on one core, reads came to 0.55 of their rate alone instead of 0.37, and sets to 0.85 of theirs beside reads;
 * sets alone were as fast as before, because the serving thread waits for them.
 */
const NICENESS = 7;

/** How long closing waits for others at the file before it leaves the log to the next one who opens it. */
const CLOSE_WAIT_MS = 1000;

/** How often it looks whether another process has written: what it changed is seen here within a second. */
const FOREIGN_WRITES_MS = 250;

/** The writer's thread: owns the only connection of this server that writes. */
export function serveWriter(port: WriterPort, commands: Commands): void {
  yieldToReads();
  let writer: Writer | undefined;

  port.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open":
        try {
          writer = new Writer(data, commands);
          // Not before: a log that a crash has left long may take long to read.
          beatWhereSeen(data.pulse);
          port.postMessage({ kind: "opened" });
        } catch (error) {
          port.postMessage({ kind: "refused", fault: sentFault(storeError(error, data.path)) });
        }
        break;
      case "client":
        writer?.serve(data.port, data.claim);
        break;
      case "close":
        port.postMessage({ kind: "closed", fault: writer?.close() });
        break;
    }
  };
}

/**
 * Where the system does not tell whether it waits for its disk it must not be ended for it: the commit may be there the
 * next moment, and whoever waits for it has been answered in time.
 */
function beatWhereSeen(pulse: SharedArrayBuffer): void {
  const task = ownTask();
  if (task !== 0) beat(pulse, systemTimers, task);
}

/** Never what keeps a server from starting: an ordinary user may not lower a niceness that is higher already. */
function yieldToReads(): void {
  // Elsewhere it would be the whole process's, of which this is one thread.
  if (process.platform !== "linux") return;
  try {
    if (getPriority() < NICENESS) setPriority(NICENESS);
  } catch {
    // A sandbox may forbid the call altogether.
  }
}

class Writer {
  readonly #connection: Connection;
  readonly #shared: SharedState;
  readonly #loop: WriteLoop;
  readonly #watching: Timer;
  #dataVersion = 0;

  constructor({ path, synchronous, cells }: Extract<ToWriter, { kind: "open" }>, table: Commands) {
    this.#connection = new Connection(path, { synchronous });
    this.#connection.useWriteAheadLog();
    // By itself SQLite would fold the log inside a commit, whose callers would wait for it.
    this.#connection.exec("PRAGMA wal_autocheckpoint = 0");
    // This thread must hear its clients while another process has the lock.
    this.#connection.exec("PRAGMA busy_timeout = 0");
    this.#shared = new SharedState(cells);
    this.#loop = new WriteLoop({
      connection: this.#connection,
      shared: this.#shared,
      table,
      onCommitted: () => this.#shortenLog(),
    });
    this.#lookForForeignWrites();
    this.#watching = setInterval(() => this.#lookForForeignWrites(), FOREIGN_WRITES_MS);
  }

  serve(client: MessagePort, claim: SharedArrayBuffer): void {
    this.#loop.serve(client, new Claim(claim));
  }

  /** To be called when the clients have been answered. */
  close(): SentFault | undefined {
    clearInterval(this.#watching);
    try {
      this.#connection.exec(`PRAGMA busy_timeout = ${CLOSE_WAIT_MS}`);
      this.#connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
      this.#connection.close();
      return undefined;
    } catch (error) {
      return sentFault(storeError(error, this.#connection.path));
    }
  }

  /** What is answered is safe in the log; a disk that refuses the rest is asked again after the next transaction. */
  #shortenLog(): void {
    try {
      const log = this.#connection.get<{ log: number; checkpointed: number }>("PRAGMA wal_checkpoint(NOOP)");
      if (log !== undefined && log.log - log.checkpointed >= LOG_PAGES_MAX) {
        this.#connection.run("PRAGMA wal_checkpoint(PASSIVE)");
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /**
   * While a server holds the store, only the command line writes beside it, and only what the feed tells of. But
   * whoever changes the file in another way must not meet copies that never go away.
   */
  #lookForForeignWrites(): void {
    try {
      const version = this.#connection.get<{ data_version: number }>("PRAGMA data_version")?.data_version ?? 0;
      if (version === this.#dataVersion) return;
      this.#dataVersion = version;
      this.#shared.stamps.beginAll();
      this.#shared.stamps.endAll();
      this.#shared.announce();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}
