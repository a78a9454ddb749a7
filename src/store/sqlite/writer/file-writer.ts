import { StoreError } from "../../store-error.ts";
import type { Commands } from "../commands/commands.ts";
import { Connection } from "../connection/connection.ts";
import { storeError } from "../connection/errors.ts";
import { DiskProbe } from "../files/disk-probe.ts";
import { FileWatch } from "../files/file-watch.ts";
import { HEARTBEAT_MS, removeServer } from "../files/holder.ts";
import { type LogBounds, LogWatch } from "../files/log-watch.ts";
import { SharedState } from "../shared-state.ts";
import { Claim } from "./claim.ts";
import { WriteLoop } from "./write-loop.ts";
import { type SentFault, sentFault, type ToldTrouble, type ToWriter } from "./writer-messages.ts";

type Opening = Extract<ToWriter, { kind: "open" }>;

interface FileWriterNeeds {
  readonly table: Commands;
  readonly bounds: LogBounds;
  readonly tell: (message: ToldTrouble) => void;
}

/** The parts that exist while the file is open. */
interface OpenFile {
  readonly connection: Connection;
  readonly loop: WriteLoop;
  readonly log: LogWatch;
  readonly disk: DiskProbe;
}

/** How long closing waits for other connections before it leaves the WAL to the next opener. */
const CLOSE_WAIT_MS = 1000;

/** How often to check for faults of the file and for writes of other processes, which are seen within a second. */
const CHECK_MS = 250;

/** The store's file on the writer's thread: written for clients, watched, and checkpointed. */
export class FileWriter {
  readonly #opening: Opening;
  readonly #needs: FileWriterNeeds;
  readonly #shared: SharedState;
  readonly #watch: FileWatch;
  readonly #timers: readonly Timer[];
  /** Undefined while a file that an earlier writer had open is lost: it must not come back empty. */
  #open: OpenFile | undefined;
  /** Clients that wait for the file. */
  #clients: (readonly [MessagePort, Claim])[] = [];
  #dataVersion = 0;
  #isDamageTold = false;

  constructor(opening: Opening, needs: FileWriterNeeds) {
    this.#opening = opening;
    this.#needs = needs;
    this.#shared = new SharedState(opening.cells);
    this.#watch = new FileWatch(opening.files, needs.tell);
    this.#tryOpening();
    this.#timers = [
      setInterval(() => this.#look(), CHECK_MS),
      setInterval(() => this.#watch.heartbeat(), HEARTBEAT_MS),
    ];
  }

  serve(client: MessagePort, memory: SharedArrayBuffer): void {
    const claim = new Claim(memory);
    if (this.#open === undefined) this.#clients.push([client, claim]);
    else this.#open.loop.serve(client, claim);
  }

  /** Call when the clients have been answered. */
  close(): SentFault | undefined {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#open === undefined) return undefined;
    const { connection, disk } = this.#open;
    try {
      connection.exec(`PRAGMA busy_timeout = ${CLOSE_WAIT_MS}`);
      this.#watch.loss(connection);
      if (this.#watch.ownsFile) {
        if (this.#opening.files.named !== undefined) removeServer(connection);
        connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
      } else {
        this.#watch.dropLog();
      }
      disk.close();
      connection.close();
      return undefined;
    } catch (error) {
      return sentFault(storeError(error, connection.path));
    }
  }

  #tryOpening(): void {
    if (this.#watch.loss(undefined) !== undefined) return;
    const { path } = this.#opening;
    const onDamage = this.#shared.reportDamage;
    const connection = new Connection(path, { onDamage, mustExist: true });
    if (this.#watch.loss(connection) !== undefined) {
      connection.close();
      return;
    }
    connection.useWriteAheadLog();
    // No automatic checkpoints: SQLite would run them inside a commit, while callers wait.
    connection.exec("PRAGMA wal_autocheckpoint = 0");
    // This thread must receive messages while another process has the lock.
    connection.exec("PRAGMA busy_timeout = 0");
    const log = new LogWatch(connection, this.#needs.tell, this.#needs.bounds);
    const disk = new DiskProbe(path, onDamage);
    const loop = new WriteLoop({
      connection,
      shared: this.#shared,
      table: this.#needs.table,
      loss: () => this.#watch.loss(connection),
      refusal: () => log.refusal,
      lackOfRoom: () => disk.fault(),
      onCommitted: () => {
        if (this.#watch.ownsFile) log.checkpoint();
      },
    });
    this.#open = { connection, loop, log, disk };
    this.#look();
    for (const [client, claim] of this.#clients) loop.serve(client, claim);
    this.#clients = [];
  }

  #look(): void {
    if (this.#open === undefined) {
      this.#tryOpening();
      return;
    }
    const { connection, log } = this.#open;
    if (this.#watch.loss(connection) !== undefined) {
      this.#watch.checkpointAll(connection);
      return;
    }
    this.#checkForeignWrites(connection);
    log.look();
    const { damage } = this.#shared;
    if (damage === undefined || this.#isDamageTold) return;
    this.#isDamageTold = true;
    const message = damageText(connection.path, damage);
    this.#needs.tell({ kind: "troubled", trouble: { kind: "page_damaged", message } });
  }

  /**
   * While a server holds the store, only commands write beside it, and the feed reports what they change. Any other
   * change of the file must invalidate all cached copies, too.
   */
  #checkForeignWrites(connection: Connection): void {
    try {
      const version = connection.get<{ data_version: number }>("PRAGMA data_version")?.data_version ?? 0;
      if (version === this.#dataVersion) return;
      this.#dataVersion = version;
      this.#shared.stamps.beginAll();
      this.#shared.stamps.endAll();
      this.#shared.bumpFeedVersion();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

/** The message stays true until the file is replaced, and so until the process ends. */
function damageText(path: string, code: number): string {
  const what = "users whose data is not on a damaged page are served as before";
  const todo = 'stop the server and restore a backup, or save what can be read with ".recover" of the program sqlite3';
  return `${path} is damaged (SQLite error ${code}): ${what}; ${todo}`;
}
