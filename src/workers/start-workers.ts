import { createServer } from "node:net";
import { forgetThread, newAdmissionMemory } from "../core/admission/memory.ts";
import { settlesWithin } from "../core/async/settles-within.ts";
import { whileClosing } from "../core/async/while-closing.ts";
import { removeLeftOvers } from "../core/faults/left-overs.ts";
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
  /** For the attributes that all workers together keep in memory. */
  readonly cacheBytes: number;
  readonly events: ServiceEvents &
    ProcessPartsNeeds["events"] & {
      /** It ended unasked, and another is started in its place. */
      workerEnded(error: Error): void;
      /** It could not be ended in time. */
      leftOpen(part: string): void;
      /** It does not respond: it is ended, and so counted and replaced like others. */
      threadSilent(details: { readonly thread: string; readonly silentMs: number }): void;
    };
  /** How long a worker may not respond. */
  readonly silentMaxMs?: number;
  readonly drainMs?: number;
  /** For what is once in the process: it stands on them. */
  readonly parts?: Omit<ProcessPartsNeeds, "store" | "events">;
  /** The entry of a worker's thread. */
  readonly workerUrl?: URL;
}

/** So often in so long a worker may end before the server gives up. */
const DEATHS_MAX = 5;
const DEATHS_WITHIN_MS = 60_000;
/** Past all that a worker does in one turn, and what the collector of garbage takes. */
const SILENT_MAX_MS = 8000;
/** Past a worker's own deadline. */
const STOP_DEADLINE_MS = 7000;
/** One that waits for a disk cannot even be ended, and is left to the end of the process. */
const TERMINATE_MS = 200;

/**
 * The same service as `startService`, by several threads on one port: the kernel deals the connections out. What they
 * share, they share exactly: the store's one writer, the rates' buckets, and the word of every change.
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
  let deaths: number[] = [];
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
    forgetThread(memory, admission.thread);
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
    deaths = [...deaths.filter((death) => death > now - DEATHS_WITHIN_MS), now];
    if (deaths.length >= DEATHS_MAX) failed.resolve(error);
    else run(number).catch((refused) => failed.resolve(refused));
  }

  async function stop(worker: ServingWorker): Promise<void> {
    if (await settlesWithin(closingTimers, STOP_DEADLINE_MS, worker.stop())) return;
    needs.events.leftOpen(worker.name);
    worker.terminate();
    await settlesWithin(closingTimers, TERMINATE_MS, worker.ended);
  }

  stack.use(removeLeftOvers({ store, timers: systemTimers }));
  const shares = await shareRates({ cells: rateLimiter.cells, store, clock: systemClock, events: needs.events });
  stack.defer(() => whileClosing(closing, "the exchange of rates", () => shares[Symbol.asyncDispose]()));
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
      // Also for workers that are started later.
      if (operatorKey !== undefined) settings = { ...settings, operatorKey };
      for (const worker of workers) worker.reload(operatorKey);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * The port itself, or a free one for 0. Refuses one that is taken: the workers would not, because whoever shares a port
 * is let in, and a second server would silently get half of the connections.
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

/** In a compiled executable it must be a further entry point: see the writer's. */
function workerEntry(): URL {
  const compiled = "file:///$bunfs/";
  if (!import.meta.url.startsWith(compiled)) return new URL("./worker.ts", import.meta.url);
  return new URL("root/workers/worker.ts", compiled);
}
