import { createServer } from "node:net";
import { newAdmissionMemory, releaseThread } from "../core/admission/memory.ts";
import { settlesWithin } from "../core/async/settles-within.ts";
import { whileClosing } from "../core/async/while-closing.ts";
import { purgeDeletedApps } from "../core/faults/purge-deleted-apps.ts";
import { newRateLimiterMemory } from "../core/rates/rate-limiter-memory.ts";
import { RefusedTokens } from "../core/tokens/refused-tokens.ts";
import { createProcessParts, type ProcessPartsNeeds } from "../process-parts.ts";
import type { Service, ServiceEvents, ServiceSettings } from "../service.ts";
import type { SharedStore } from "../store/open.ts";
import { systemClock } from "../system/clock.ts";
import { systemRandom } from "../system/random.ts";
import { shareRates } from "../system/share-rates.ts";
import { closingTimers, systemTimers } from "../system/timers.ts";
import { ServingWorker, type ServingWorkerNeeds } from "./serving-worker.ts";

export interface WorkersNeeds {
  readonly settings: ServiceSettings;
  readonly count: number;
  /** Owned by the service from now on. */
  readonly store: SharedStore;
  /** Size of the attribute caches of all workers together. */
  readonly cacheBytes: number;
  readonly events: ServiceEvents &
    ProcessPartsNeeds["events"] & {
      /** A worker crashed, and a replacement is started. */
      workerEnded(error: Error): void;
      /** A worker could not be stopped in time. */
      leftOpen(part: string): void;
      /** A worker does not respond. It is terminated, and then counted and replaced like one that crashed. */
      threadSilent(details: { readonly thread: string; readonly silentMs: number }): void;
    };
  /** How long a worker's heartbeat may be missing. */
  readonly silentMaxMs?: number;
  readonly drainMs?: number;
  /** Replacements for the dependencies of the process parts. */
  readonly parts?: Omit<ProcessPartsNeeds, "store" | "events">;
  /** The entry point of a worker thread. */
  readonly workerUrl?: URL;
}

/** The server gives up at the fifth crash of a worker within a minute. */
const CRASHES_MAX = 5;
const CRASHES_WITHIN_MS = 60_000;
/** Longer than any iteration of a worker's event loop, garbage collection included. */
const SILENT_MAX_MS = 8000;
/** Longer than a worker's own deadline. */
const STOP_DEADLINE_MS = 7000;
/** A thread that waits for a disk cannot be terminated; it ends with the process. */
const TERMINATE_MS = 200;

/**
 * The same service as `startService`, on several threads that share one port: the kernel distributes the connections. The
 * threads share the store's one writer, the rate limit buckets, and the change feed.
 */
export async function startWorkers(needs: WorkersNeeds): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const closing = new Set<string>();
  const { store } = needs;
  stack.defer(() => whileClosing(closing, "the store", () => store[Symbol.asyncDispose]()));
  const { hostname } = needs.settings;
  const port = await freePort(hostname, needs.settings.port);
  const failed = Promise.withResolvers<Error>();
  const workers = new Set<ServingWorker>();
  let settings: ServiceSettings = { ...needs.settings, port, sharePort: true };
  const rateLimiter = newRateLimiterMemory(systemRandom);
  const memory = newAdmissionMemory(needs.count);
  const refusedTokens = new RefusedTokens(needs.events, systemClock);
  let crashes: number[] = [];
  let isStopping = false;

  const workerNeeds: Omit<ServingWorkerNeeds, "name" | "start"> = {
    url: needs.workerUrl ?? workerEntry(),
    store,
    cacheBytes: Math.floor(needs.cacheBytes / needs.count),
    silentMaxMs: needs.silentMaxMs ?? SILENT_MAX_MS,
    events: { ...needs.events, tokenRefused: (details) => refusedTokens.tell(details) },
    process: createProcessParts({ ...needs.parts, store, events: needs.events }),
  };

  async function run(number: number): Promise<void> {
    const admission = { memory, thread: number - 1 };
    releaseThread(memory, admission.thread);
    const start = { settings, rateLimiter, admission, drainMs: needs.drainMs };
    const worker = new ServingWorker({ ...workerNeeds, start, name: `worker ${number}` });
    workers.add(worker);
    void worker.stuck.then((error) => failed.resolve(error));
    void worker.ended.then((error) => {
      workers.delete(worker);
      if (error !== undefined && !isStopping) replace(number, error);
    });
    await worker.serving;
  }

  function replace(number: number, error: Error): void {
    needs.events.workerEnded(error);
    const now = performance.now();
    crashes = [...crashes.filter((crash) => crash > now - CRASHES_WITHIN_MS), now];
    if (crashes.length >= CRASHES_MAX) failed.resolve(error);
    else run(number).catch((refused) => failed.resolve(refused));
  }

  async function stop(worker: ServingWorker): Promise<void> {
    if (await settlesWithin(closingTimers, STOP_DEADLINE_MS, worker.stop())) return;
    needs.events.leftOpen(worker.name);
    worker.terminate();
    await settlesWithin(closingTimers, TERMINATE_MS, worker.ended);
  }

  stack.use(purgeDeletedApps({ store, timers: systemTimers }));
  const shares = await shareRates({ cells: rateLimiter.cells, store, clock: systemClock, events: needs.events });
  stack.defer(() => whileClosing(closing, "the rate shares", () => shares[Symbol.asyncDispose]()));
  stack.defer(async () => {
    isStopping = true;
    await Promise.all([...workers].map((worker) => whileClosing(closing, worker.name, () => stop(worker))));
  });
  await Promise.all(Array.from({ length: needs.count }, (_, index) => run(index + 1)));

  const owned = stack.move();
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: new URL(`http://${host}:${port}`),
    failed: Promise.race([store.failed, failed.promise]),
    closing,
    reload(operatorKey) {
      // For workers that are started later, too.
      if (operatorKey !== undefined) settings = { ...settings, operatorKey };
      for (const worker of workers) worker.reload(operatorKey);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * The port itself, or a free one for 0. Rejects if the port is in use. Workers listen with a shared port and would not
 * notice: two servers would silently split the connections.
 */
async function freePort(hostname: string, port: number): Promise<number> {
  const probe = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.once("error", reject);
  probe.listen({ host: hostname, port, exclusive: true }, resolve);
  await promise;
  const address = probe.address();
  const closed = Promise.withResolvers<void>();
  probe.close(() => closed.resolve());
  await closed.promise;
  return typeof address === "object" && address !== null ? address.port : port;
}

/** In a compiled executable the worker must be an entry point of its own, as the writer is. */
function workerEntry(): URL {
  const compiled = "file:///$bunfs/";
  if (!import.meta.url.startsWith(compiled)) return new URL("./worker.ts", import.meta.url);
  return new URL("root/workers/worker.ts", compiled);
}
