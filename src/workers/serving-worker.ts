import { OutlinedError, outlineOfText } from "../core/faults/error-outline.ts";
import { newHeartbeat, watchHeartbeat } from "../core/faults/heartbeat.ts";
import { OperatorError } from "../core/faults/operator-error.ts";
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
  /** Size of this worker's attribute cache. */
  readonly cacheBytes: number;
  readonly start: Omit<StartWorker, "kind" | "store" | "heartbeat">;
  readonly events: ServiceEvents & {
    /** The worker does not respond. It is terminated, so `ended` will settle. */
    threadSilent(details: { readonly thread: string; readonly silentMs: number }): void;
  };
  /** How long its heartbeat may be missing; see `core/faults/heartbeat.ts`. */
  readonly silentMaxMs: number;
  /** The parts that the worker calls by message. */
  readonly process: ProcessParts;
}

/** Maximum time for the termination of a silent worker. */
const END_MAX_MS = 30_000;

/** A serving worker, seen from its supervisor. */
export class ServingWorker {
  readonly name: string;
  /** Settles when the thread has ended; with an error if it ended without `stop` or `terminate`. */
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
    // `share` may send messages immediately, but the worker must get "start" first: they are held back until then.
    const heldBack: [ToWorker, readonly MessagePort[]][] = [];
    let isStarted = false;
    this.#sharing = store.share(cacheBytes, (message, transfer) => {
      if (isStarted) this.#send({ kind: "store", message }, transfer);
      else heldBack.push([{ kind: "store", message }, transfer]);
    });
    const heartbeat = newHeartbeat();
    this.#watching = watchHeartbeat({
      memory: heartbeat,
      timers: systemTimers,
      stateOf: taskState,
      silentMaxMs,
      onSilent: (silentMs) => {
        events.threadSilent({ thread: name, silentMs: Math.round(silentMs) });
        this.#terminateSilent(name);
      },
    });
    this.#send({ kind: "start", ...start, heartbeat, store: this.#sharing.share });
    isStarted = true;
    for (const [message, transfer] of heldBack) this.#send(message, transfer);
  }

  /** Settles when the worker serves; rejects if it cannot. */
  get serving(): Promise<void> {
    return this.#serving.promise;
  }

  /** Finishes the requests in flight, and settles when the thread has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#send({ kind: "stop" });
    await this.ended;
  }

  /** See Service. */
  reload(operatorKey: string | undefined): void {
    this.#send({ kind: "reload", operatorKey });
  }

  /** Settles if the worker neither responds nor terminates: it would keep accepting connections without serving them. */
  get stuck(): Promise<Error> {
    return this.#stuck.promise;
  }

  /** Terminates the thread immediately. A thread that does not terminate does not keep the process alive. */
  terminate(): void {
    this.#isStopping = true;
    this.#watching[Symbol.dispose]();
    this.#worker.unref();
    this.#worker.terminate();
  }

  /** A system call that does not return can keep the thread from terminating; no replacement may start beside it. */
  #terminateSilent(name: string): void {
    this.#worker.terminate();
    systemTimers.after(END_MAX_MS, () => {
      if (!this.#hasEnded) this.#stuck.resolve(new Error(`${name} does not respond and cannot be terminated`));
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
          this.#send({ kind: "clock", ns: systemClock.monotonicNs() });
          break;
        case "serving":
          this.#serving.resolve();
          break;
        case "refused":
          this.#serving.reject(receivedError(data.error));
          this.terminate();
          break;
        case "failed":
          logFailure(events, data.failure, data.count);
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
      // The worker could not report the error itself, for example because it was still starting.
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
    if (!this.#hasEnded) this.#send(answer);
  }

  #send(message: ToWorker, transfer: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }
}

function logFailure(events: ServiceEvents, failure: Failure<SentError>, count: number): void {
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
