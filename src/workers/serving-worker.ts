import { OutlinedError, outlineOfText } from "../core/faults/error-outline.ts";
import { OperatorError } from "../core/faults/operator-error.ts";
import { newPulse, watchPulse } from "../core/faults/pulse.ts";
import type { Failure } from "../ops/failure.ts";
import type { ProcessParts } from "../process-parts.ts";
import type { ServiceEvents } from "../service.ts";
import type { SharedStore } from "../store/open.ts";
import { systemClock } from "../system/clock.ts";
import { taskState } from "../system/tasks.ts";
import { systemTimers } from "../system/timers.ts";
import { answerCall, type ProcessCall } from "./process-calls.ts";
import { receivedError, type SentError } from "./sent-error.ts";
import type { FromWorker, StartWorker, ToWorker } from "./worker-messages.ts";

export interface ServingWorkerNeeds {
  readonly url: URL;
  readonly name: string;
  readonly store: SharedStore;
  /** For the attributes that this worker keeps in memory. */
  readonly cacheBytes: number;
  readonly start: Omit<StartWorker, "kind" | "store" | "pulse">;
  readonly events: ServiceEvents & {
    /** It is ended, and so `ended` will settle. */
    threadSilent(details: { readonly thread: string; readonly silentMs: number }): void;
  };
  /** How long it may be silent; see `core/faults/pulse.ts`. */
  readonly silentMaxMs: number;
  /** What it calls by message. */
  readonly process: ProcessParts;
}

/** How long a silent one is given to end. */
const END_MAX_MS = 30_000;

/** One serving worker as its supervisor sees it. */
export class ServingWorker {
  readonly name: string;
  /** Settles when the thread has ended; with an error when nobody had asked for it. */
  readonly ended: Promise<Error | undefined>;
  readonly #worker: Worker;
  readonly #sharing: ReturnType<SharedStore["share"]>;
  readonly #serving = Promise.withResolvers<void>();
  readonly #process: ProcessParts;
  readonly #watching: Disposable;
  readonly #stuck = Promise.withResolvers<Error>();
  #isStopping = false;
  #hasEnded = false;

  constructor({ url, name, store, cacheBytes, start, events, process, silentMaxMs }: ServingWorkerNeeds) {
    this.name = name;
    this.#process = process;
    this.#worker = new Worker(url, { name });
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.ended = promise;
    this.#listen(events, name, resolve);
    // The way to the writer is told at once, and yet only after what it is for.
    const early: [ToWorker, readonly MessagePort[]][] = [];
    let isStarted = false;
    this.#sharing = store.share(cacheBytes, (message, transfer) => {
      if (isStarted) this.#tell({ kind: "store", message }, transfer);
      else early.push([{ kind: "store", message }, transfer]);
    });
    const pulse = newPulse();
    this.#watching = watchPulse({
      memory: pulse,
      timers: systemTimers,
      stateOf: taskState,
      silentMaxMs,
      onSilent: (silentMs) => {
        events.threadSilent({ thread: name, silentMs: Math.round(silentMs) });
        this.#end(name);
      },
    });
    this.#tell({ kind: "start", ...start, pulse, store: this.#sharing.share });
    isStarted = true;
    for (const [message, transfer] of early) this.#tell(message, transfer);
  }

  /** Rejects when it cannot serve. */
  get serving(): Promise<void> {
    return this.#serving.promise;
  }

  /** Its requests under way are finished. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#tell({ kind: "stop" });
    await this.ended;
  }

  /** See Service. */
  reload(operatorKey: string | undefined): void {
    this.#tell({ kind: "reload", operatorKey });
  }

  /** Settles when it neither responds nor can be ended: it would go on taking connections that nobody serves. */
  get stuck(): Promise<Error> {
    return this.#stuck.promise;
  }

  /** At once, whatever is under way; a thread that cannot be ended does not keep the process. */
  terminate(): void {
    this.#isStopping = true;
    this.#watching[Symbol.dispose]();
    this.#worker.unref();
    this.#worker.terminate();
  }

  /** A call of the system that does not return keeps a thread from ending; another must not begin beside it. */
  #end(name: string): void {
    this.#worker.terminate();
    systemTimers.after(END_MAX_MS, () => {
      if (!this.#hasEnded) this.#stuck.resolve(new Error(`${name} does not respond and cannot be ended`));
    });
  }

  #listen(events: ServiceEvents, name: string, resolveEnded: (error: Error | undefined) => void): void {
    let lastError: Error | undefined;
    this.#serving.promise.catch(() => {});
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      switch (data.kind) {
        case "call":
          void this.#answer(data);
          break;
        case "clockAsked":
          this.#tell({ kind: "clock", ns: systemClock.monotonicNs() });
          break;
        case "serving":
          this.#serving.resolve();
          break;
        case "refused":
          this.#serving.reject(receivedError(data.error));
          this.terminate();
          break;
        case "failed":
          tellFailure(events, data.failure, data.count);
          break;
        case "crashed":
          lastError = receivedError(data.error);
          break;
        case "connectionsNearMax":
          events.connectionsNearMax({ open: data.open, max: data.max });
          break;
        case "secretReadable":
          events.secretReadable({ path: data.path });
          break;
        case "tokenRefused":
          events.tokenRefused(data.details);
          break;
        case "stopped":
          this.#worker.terminate();
          break;
      }
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      // It could not tell what has happened, for instance because it was only starting.
      lastError ??= new OutlinedError(outlineOfText(event.message));
    });
    this.#worker.addEventListener("close", () => {
      this.#hasEnded = true;
      this.#watching[Symbol.dispose]();
      this.#sharing[Symbol.dispose]();
      const error = new OperatorError(`${name} ended`, lastError);
      this.#serving.reject(error);
      resolveEnded(this.#isStopping ? undefined : error);
    });
  }

  async #answer(call: ProcessCall): Promise<void> {
    const answer = await answerCall(this.#process, call);
    if (!this.#hasEnded) this.#tell(answer);
  }

  #tell(message: ToWorker, transfer: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }
}

function tellFailure(events: ServiceEvents, failure: Failure<SentError>, count: number): void {
  const error = receivedError(failure.error);
  switch (failure.event) {
    case "requestFailed":
      events.requestFailed({ ...failure, error }, count);
      break;
    case "refreshFailed":
      events.refreshFailed(error, count);
      break;
    case "secretUnreadable":
      events.secretUnreadable({ ...failure, error }, count);
      break;
  }
}
