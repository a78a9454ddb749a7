import { settlesWithin } from "../../../core/async/settles-within.ts";
import { OutlinedError, outlineOfText } from "../../../core/faults/error-outline.ts";
import { newHeartbeat, watchHeartbeat } from "../../../core/faults/heartbeat.ts";
import type { StoreTroubleEvents, StoreTroubleKind } from "../../../core/ports/store-trouble.ts";
import { taskState } from "../../../system/tasks.ts";
import { closingTimers, systemTimers } from "../../../system/timers.ts";
import { StoreError } from "../../store-error.ts";
import type { StoreFilesId } from "../files/store-files.ts";
import type { SharedCells } from "../shared-state.ts";
import { newClaimMemory } from "./claim.ts";
import type { Link } from "./writer-link.ts";
import { type FromWriter, receivedFault, sentFault, type ToWriter } from "./writer-messages.ts";

export interface WriterOptions {
  readonly path: string;
  readonly cells: SharedCells;
  readonly files: StoreFilesId;
  /** The thread's entry module. */
  readonly url: URL;
  /** Called for every crash of the thread. */
  readonly onEnd?: ((error: Error) => void) | undefined;
  readonly troubles?: StoreTroubleEvents | undefined;
  /** Called if it cannot be closed in time; it then ends with the process. */
  readonly onLeftOpen?: (() => void) | undefined;
  /** Called for a thread that does not respond; it is ended. */
  readonly onSilent?: ((silentMs: number) => void) | undefined;
  /** How long it may fail to respond, not counting waits for its disk. */
  readonly silentMaxMs?: number | undefined;
}

const SILENT_MAX_MS = 8000;
const CRASHES_MAX = 3;
const CRASHES_WITHIN_MS = 60_000;
/** Longer than the thread waits for other connections. The next start checkpoints a WAL that is left. */
const CLOSE_MS = 2000;

/** The owner's handle of the writer's thread. After a crash it starts another thread and tells all clients. */
export class WriterThread {
  /** Settles when the thread has crashed three times within a minute. */
  readonly failed: Promise<Error>;
  readonly #settleFailed: (error: Error) => void;
  readonly #options: WriterOptions;
  readonly #links = new Set<Link>();
  readonly #troubles = new Set<StoreTroubleKind>();
  #worker: Worker | undefined;
  #crashes: number[] = [];
  #ended: StoreError | undefined;

  private constructor(options: WriterOptions) {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#settleFailed = resolve;
    this.#options = options;
  }

  /** Rejects with a `StoreError` when the thread cannot open the database. */
  static async open(options: WriterOptions): Promise<WriterThread> {
    const thread = new WriterThread(options);
    try {
      await thread.#start();
      return thread;
    } catch (error) {
      thread.#ended = thread.#closed();
      thread.#worker?.terminate();
      throw error;
    }
  }

  /** Troubles that the thread has reported and that are not over. */
  get troubles(): readonly StoreTroubleKind[] {
    return [...this.#troubles];
  }

  /** Connects a client to the writer, now and after each restart, until it is disposed of. */
  connect(link: Link): Disposable {
    this.#links.add(link);
    this.#introduce(link);
    return { [Symbol.dispose]: () => void this.#links.delete(link) };
  }

  /** Call when the clients have been answered. Checkpoints the WAL, if the disk is fast enough. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = this.#closed();
    const worker = this.#worker;
    if (worker === undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.addEventListener("message", ({ data }: MessageEvent<FromWriter>) => {
      if (data.kind !== "closed") return;
      worker.terminate();
      if (data.fault !== undefined) reject(receivedFault(data.fault));
    });
    worker.addEventListener("close", () => resolve());
    tell(worker, { kind: "close" });
    if (await settlesWithin(closingTimers, CLOSE_MS, promise)) return;
    // A thread that waits for its disk receives no messages, and must not keep the process alive.
    worker.unref();
    worker.terminate();
    this.#options.onLeftOpen?.();
  }

  #start(): Promise<void> {
    const { path, cells, files, url } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const worker = new Worker(url, { name: "usermeta-writer" });
    const heartbeat = newHeartbeat();
    const watching = watchHeartbeat({
      memory: heartbeat,
      timers: systemTimers,
      stateOf: taskState,
      silentMaxMs: this.#options.silentMaxMs ?? SILENT_MAX_MS,
      onSilent: (silentMs) => {
        this.#options.onSilent?.(Math.round(silentMs));
        // If it is inside SQLite, it ends when that call returns; the next thread starts only then, so there are never
        // two.
        worker.terminate();
      },
    });
    let lastError: OutlinedError | undefined;
    let opened = false;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWriter>) => {
      if (data.kind === "opened") {
        opened = true;
        this.#worker = worker;
        for (const link of this.#links) this.#introduce(link);
        resolve();
      } else if (data.kind === "refused") reject(receivedFault(data.fault));
      else if (data.kind === "crashed") lastError = new OutlinedError(data.error);
      else this.#reportTrouble(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      // The thread could not report the error itself, for instance while it was starting.
      lastError ??= new OutlinedError(outlineOfText(event.message));
    });
    worker.addEventListener("close", () => {
      watching[Symbol.dispose]();
      const error = opened
        ? new StoreError(
            "outcome_unknown",
            `the writer of ${path} ended: its last writes may be stored or not`,
            lastError,
          )
        : new StoreError("cannot_open", `the writer of ${path} could not be started`, lastError);
      reject(error);
      this.#onEnd(error);
    });
    tell(worker, { kind: "open", path, cells, files, heartbeat });
    // A thread that cannot open the database is ended, and counts as crashed.
    promise.catch(() => worker.terminate());
    return promise;
  }

  #reportTrouble(data: FromWriter): void {
    if (data.kind === "troubled" && !this.#troubles.has(data.trouble.kind)) {
      this.#troubles.add(data.trouble.kind);
      this.#options.troubles?.storeTroubled(data.trouble);
    }
    if (data.kind === "trouble-over" && this.#troubles.delete(data.trouble)) {
      this.#options.troubles?.storeTroubleOver(data.trouble);
    }
  }

  #onEnd(error: StoreError): void {
    this.#worker = undefined;
    const now = performance.now();
    this.#crashes = [...this.#crashes.filter((crash) => crash > now - CRASHES_WITHIN_MS), now];
    const forGood = this.#ended !== undefined || this.#crashes.length >= CRASHES_MAX;
    for (const link of this.#links) link({ kind: "writer-ended", fault: sentFault(error), forGood }, []);
    if (this.#ended !== undefined) return;
    this.#options.onEnd?.(error);
    if (forGood) {
      this.#ended = error;
      this.#settleFailed(error);
      return;
    }
    this.#start().catch(() => {});
  }

  #introduce(link: Link): void {
    if (this.#worker === undefined) return;
    const { port1, port2 } = new MessageChannel();
    const claim = newClaimMemory();
    tell(this.#worker, { kind: "client", port: port1, claim }, [port1]);
    link({ kind: "writer-begun", port: port2, claim }, [port2]);
  }

  #closed(): StoreError {
    return new StoreError("closed", `${this.#options.path} has been closed`);
  }
}

function tell(worker: Worker, message: ToWriter, transfer: MessagePort[] = []): void {
  worker.postMessage(message, transfer);
}
