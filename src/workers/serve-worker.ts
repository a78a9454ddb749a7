import { startHeartbeat } from "../core/faults/heartbeat.ts";
import type { Clock } from "../core/ports/system/clock.ts";
import { FailureSums } from "../ops/failure-sums.ts";
import type { ProcessParts } from "../process-parts.ts";
import { type Service, type ServiceParts, startService } from "../service.ts";
import { type JoinedStore, joinStore } from "../store/open.ts";
import { sharedClock } from "../system/clock.ts";
import { onCrash } from "../system/crash.ts";
import { ownTask } from "../system/tasks.ts";
import { systemTimers } from "../system/timers.ts";
import { createProcessCalls } from "./process-calls.ts";
import { sentError } from "./sent-error.ts";
import type { FromWorker, StartWorker, ToWorker } from "./worker-messages.ts";

/** The global scope of a worker, as far as it is used here. */
export interface WorkerPort {
  onmessage: ((event: MessageEvent<ToWorker>) => unknown) | null;
  postMessage(message: FromWorker): void;
}

export interface WorkerParts {
  readonly join: typeof joinStore;
}

/**
 * Runs a whole service on a worker thread, beside other workers on the same port and store.
 * @param parts replaced by tests
 */
export function serveWorker(port: WorkerPort, parts: WorkerParts = { join: joinStore }): void {
  onCrash((error) => port.postMessage({ kind: "crashed", error: sentError(error) }));
  const calls = createProcessCalls((call) => port.postMessage(call));
  const starting = Promise.withResolvers<Service>();
  const joining = Promise.withResolvers<JoinedStore>();
  const failures = new FailureSums(systemTimers, (failure, count) => {
    port.postMessage({ kind: "failed", failure: { ...failure, error: sentError(failure.error) }, count });
  });
  // The code that awaits them handles their errors.
  starting.promise.catch(() => {});
  joining.promise.catch(() => {});

  let clockAnswer = Promise.withResolvers<bigint>();
  const askClock = (): Promise<bigint> => {
    clockAnswer = Promise.withResolvers();
    port.postMessage({ kind: "clockAsked" });
    return clockAnswer.promise;
  };

  port.onmessage = async ({ data }) => {
    switch (data.kind) {
      case "start":
        startHeartbeat(data.heartbeat, systemTimers, ownTask());
        try {
          const clock = await sharedClock(askClock);
          const joined = await parts.join(data.store);
          joining.resolve(joined);
          const assembled = serviceParts(data, joined, calls.parts, clock, port, failures);
          starting.resolve(await startService(data.settings, assembled));
          port.postMessage({ kind: "serving" });
        } catch (error) {
          joining.reject(error);
          starting.reject(error);
          port.postMessage({ kind: "refused", error: sentError(error) });
        }
        break;
      case "clock":
        clockAnswer.resolve(data.ns);
        break;
      case "answer":
        calls.receive(data);
        break;
      case "store":
        (await joining.promise).receive(data.message);
        break;
      case "reload":
        (await starting.promise).reload(data.operatorKey);
        break;
      case "stop":
        await (await starting.promise)[Symbol.asyncDispose]();
        failures.flush();
        port.postMessage({ kind: "stopped" });
        break;
    }
  };
}

function serviceParts(
  { rateLimiter, admission, drainMs }: StartWorker,
  { store }: JoinedStore,
  process: ProcessParts,
  clock: Clock,
  port: WorkerPort,
  failures: FailureSums,
): ServiceParts {
  return {
    store,
    rateLimiter,
    process,
    clock,
    ...(admission === undefined ? {} : { admission }),
    ...(drainMs === undefined ? {} : { drainMs }),
    events: {
      refreshFailed: (error) => failures.tell({ event: "refreshFailed", error }),
      // All workers count the same connections: one of them reports.
      connectionsNearMax(details) {
        if ((admission?.thread ?? 0) === 0) port.postMessage({ kind: "connectionsNearMax", ...details });
      },
      secretUnreadable: (details) => failures.tell({ event: "secretUnreadable", ...details }),
      secretReadable: (details) => port.postMessage({ kind: "secretReadable", ...details }),
      tokenRefused: (details) => port.postMessage({ kind: "tokenRefused", details }),
      requestFailed: (details) => failures.tell({ event: "requestFailed", ...details }),
    },
  };
}
