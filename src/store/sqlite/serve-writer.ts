import { getPriority, setPriority } from "node:os";
import { outlineOf } from "../../core/error-outline.ts";
import { beat } from "../../core/pulse.ts";
import { onCrash } from "../../system/crash.ts";
import { ownTask } from "../../system/tasks.ts";
import { systemTimers } from "../../system/timers.ts";
import { StoreError } from "../store-error.ts";
import { Claim } from "./claim.ts";
import type { Commands } from "./commands.ts";
import { Connection } from "./connection.ts";
import { DiskProbe } from "./disk-probe.ts";
import { storeError } from "./errors.ts";
import { LOG_BOUNDS, type LogBounds, LogWatch, type TroubleTold } from "./log-watch.ts";
import { SharedState } from "./shared-state.ts";
import { WriteLoop } from "./write-loop.ts";
import { type FromWriter, type SentFault, sentFault, type ToWriter } from "./writer-messages.ts";

/** What a Worker's global scope gives its code. */
export interface WriterPort {
  onmessage: ((event: MessageEvent<ToWriter>) => unknown) | null;
  postMessage(message: FromWriter): void;
}

/**
 * The thread's niceness: where a core is wanted by both, reads go before writes. With 64 clients that set and 64 that
 * read on one core, reads came to 0.55 of their rate alone instead of 0.37, and sets to 0.85 of theirs beside reads;
 * sets alone were as fast as before, because the serving thread waits for them.
 */
const NICENESS = 7;

/** How long closing waits for others at the file before it leaves the log to the next one who opens it. */
const CLOSE_WAIT_MS = 1000;

/** How often it looks whether another process has written, which is seen here within a second, and what ails the file. */
const LOOK_MS = 250;

/** The writer's thread: owns the only connection of this server that writes. */
export function serveWriter(port: WriterPort, commands: Commands, bounds = LOG_BOUNDS): void {
  yieldToReads();
  onCrash((error) => port.postMessage({ kind: "crashed", error: outlineOf(error) }));
  let writer: Writer | undefined;

  port.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open":
        try {
          writer = new Writer(data, commands, bounds, toldTo(port));
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

type OpenWriter = Extract<ToWriter, { kind: "open" }>;

class Writer {
  readonly #connection: Connection;
  readonly #shared: SharedState;
  readonly #loop: WriteLoop;
  readonly #log: LogWatch;
  readonly #disk: DiskProbe;
  readonly #told: TroubleTold;
  readonly #watching: Timer;
  #dataVersion = 0;
  #isDamageTold = false;

  constructor({ path, synchronous, cells }: OpenWriter, table: Commands, bounds: LogBounds, told: TroubleTold) {
    this.#shared = new SharedState(cells);
    this.#told = told;
    this.#connection = new Connection(path, { synchronous, onDamage: this.#shared.meetDamage });
    this.#connection.useWriteAheadLog();
    // By itself SQLite would fold the log inside a commit, whose callers would wait for it.
    this.#connection.exec("PRAGMA wal_autocheckpoint = 0");
    // This thread must hear its clients while another process has the lock.
    this.#connection.exec("PRAGMA busy_timeout = 0");
    this.#log = new LogWatch(this.#connection, told, bounds);
    this.#disk = new DiskProbe(path, synchronous, this.#shared.meetDamage);
    this.#loop = new WriteLoop({
      connection: this.#connection,
      shared: this.#shared,
      table,
      refusal: () => this.#log.refusal,
      lackOfRoom: () => this.#disk.fault(),
      onCommitted: () => this.#log.shorten(),
    });
    this.#look();
    this.#watching = setInterval(() => this.#look(), LOOK_MS);
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
      this.#disk.close();
      this.#connection.close();
      return undefined;
    } catch (error) {
      return sentFault(storeError(error, this.#connection.path));
    }
  }

  #look(): void {
    this.#lookForForeignWrites();
    this.#log.look();
    const { damage } = this.#shared;
    if (damage === undefined || this.#isDamageTold) return;
    this.#isDamageTold = true;
    this.#told.begins({ kind: "page_damaged", message: damageText(this.#connection.path, damage) });
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

function toldTo(port: WriterPort): TroubleTold {
  return {
    begins: (trouble) => port.postMessage({ kind: "troubled", trouble }),
    ends: (trouble) => port.postMessage({ kind: "trouble-over", trouble }),
  };
}

/** It stays true until the file is another one, and so for as long as the process lives. */
function damageText(path: string, code: number): string {
  const what = "users whose data is not on a damaged page are served as before";
  const todo = 'stop the server and restore a backup, or save what can be read with ".recover" of the program sqlite3';
  return `${path} is damaged (SQLite error ${code}): ${what}; ${todo}`;
}
