import type { MaybePromise } from "../ports/maybe-promise.ts";
import type { Timers } from "../ports/system/timers.ts";
import type { YieldToEventLoop } from "../ports/system/yield-to-event-loop.ts";
import { busy } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Resource } from "./resources.ts";

/**
 * Admission of requests to a serving thread. While the thread keeps up, a request costs a count and a comparison. When it
 * is overloaded, each iteration of the event loop runs as many requests as it has time for; the others wait here, in a
 * queue that is fair by client address. Work that is not counted here, such as a health check, then waits for one
 * iteration and not for thousands of requests.
 *
 * Even then most requests run as they arrive, because one that waited costs Bun about half as much again. The queue gets
 * the part of each iteration that it needs to be served in time.
 */
export interface RunQueue {
  /** Counts a request. True: run it now. False: the thread is overloaded; pass the request to `enqueue`. */
  mayRun(): boolean;
  /** Runs the request in fair order. Refuses with `busy`, without running it, after WAIT_MAX_MS or if the queue is full. */
  enqueue<T>(asker: Asker, run: () => MaybePromise<T>): Promise<T>;
  readonly waiting: number;
}

export interface RunQueueOptions {
  readonly resource: Resource;
  /** Maximum length of the queue. Beyond it, the address with the most requests loses its newest. */
  readonly waitingMax: number;
  readonly timers: Pick<Timers, "nowMs">;
  readonly yieldToEventLoop: YieldToEventLoop;
  /** CPU time of this thread, ms; other work of the machine must not count as the requests' cost. */
  readonly cpuMs: () => number;
}

interface Waiting {
  readonly endsAtMs: number;
  readonly run: () => void;
  readonly refuse: () => void;
}

/** Maximum wait. It is long because a refusal costs nearly as much as a read: most of the cost of either is Bun's. */
const WAIT_MAX_MS = 2000;
/** The queue should be served within this time, if the thread is fast enough. */
const WAIT_TARGET_MS = 600;
/** The event loop is measured once in this number of requests. */
const MEASURE_EVERY = 256;
/** A thread is overloaded if an iteration of its event loop has more requests than this, or takes longer. */
const ITERATION_REQUESTS_MAX = 1000;
const ITERATION_MAX_MS = 20;
/** The same in wall time, on an overloaded thread that shares its processor: after it no further request is started. */
const ITERATION_WALL_MAX_MS = 2 * ITERATION_MAX_MS;
/** Maximum part of an iteration for the queue. New requests must progress, too, or all would end up in the queue. */
const WAITING_SHARE = 0.5;
const RUN_MIN = 32;
/** Maximum rise of the estimated cost per iteration: one iteration may include a run of the garbage collector. */
const COST_RISE = 1.1;
const COST_MIN_MS = 0.005;
const EXPIRE_EVERY_MS = 50;

export function createRunQueue({ waitingMax, timers, yieldToEventLoop, cpuMs }: RunQueueOptions): RunQueue {
  const queue = new FairQueue<Waiting>();
  let isOverloaded = false;
  /** Requests run in the iteration being measured, or since the last measurement. */
  let counted = 0;
  /** Start of the iteration being measured; on an overloaded thread, of the current one. */
  let beganMs: number | undefined;
  let beganCpuMs = 0;
  /** On an overloaded thread: how many requests may run as they arrive, in this iteration. */
  let directMax = 0;
  /** Estimated CPU time per request, ms. */
  let costMs = ITERATION_MAX_MS / ITERATION_REQUESTS_MAX;
  let expireAtMs = 0;

  async function measure(): Promise<void> {
    counted = 0;
    beganMs = timers.nowMs();
    beganCpuMs = cpuMs();
    await yieldToEventLoop();
    if (!isOverloaded) beganMs = undefined;
  }

  async function runOverloaded(): Promise<void> {
    let lastMs = timers.nowMs();
    let lastCpuMs = cpuMs();
    let ran = 0;
    await yieldToEventLoop();
    while (queue.size > 0) {
      const nowMs = timers.nowMs();
      beganMs = nowMs;
      // Work that a request defers shows only in the CPU time of the whole iteration.
      ran += counted;
      const tookMs = nowMs - lastMs;
      const nowCpuMs = cpuMs();
      if (ran > RUN_MIN) costMs = Math.min((nowCpuMs - lastCpuMs) / ran, costMs * COST_RISE);
      lastCpuMs = nowCpuMs;
      const iterationMax = Math.max(2 * RUN_MIN, ITERATION_MAX_MS / Math.max(COST_MIN_MS, costMs));
      const needed = Math.max(RUN_MIN, (queue.size * Math.max(ITERATION_MAX_MS, tookMs)) / WAIT_TARGET_MS);
      const waitingMax = Math.min(needed, iterationMax * WAITING_SHARE);
      lastMs = nowMs;
      counted = 0;
      directMax = iterationMax - waitingMax;
      expire(nowMs);
      ran = runWaiting(waitingMax, nowMs + ITERATION_MAX_MS * WAITING_SHARE);
      await yieldToEventLoop();
    }
    isOverloaded = false;
    beganMs = undefined;
    counted = 0;
  }

  /** @returns the number of requests run */
  function runWaiting(max: number, untilMs: number): number {
    let ran = 0;
    while (ran < max && timers.nowMs() < untilMs) {
      const next = queue.shift();
      if (next === undefined) break;
      next.run();
      ran += 1;
    }
    return ran;
  }

  function expire(nowMs: number): void {
    if (nowMs < expireAtMs) return;
    expireAtMs = nowMs + EXPIRE_EVERY_MS;
    for (const { refuse } of queue.expire(({ endsAtMs }) => endsAtMs <= nowMs)) refuse();
  }

  return {
    mayRun() {
      if (beganMs === undefined) {
        counted += 1;
        if (counted >= MEASURE_EVERY) void measure();
        return true;
      }
      const countMax = isOverloaded ? directMax : ITERATION_REQUESTS_MAX;
      const iterationMaxMs = isOverloaded ? ITERATION_WALL_MAX_MS : ITERATION_MAX_MS;
      if (counted < countMax && timers.nowMs() - beganMs < iterationMaxMs) {
        counted += 1;
        return true;
      }
      if (!isOverloaded) {
        // Other threads had the processor: that is no reason to queue requests.
        if (counted < countMax && cpuMs() - beganCpuMs < ITERATION_MAX_MS) {
          counted += 1;
          return true;
        }
        isOverloaded = true;
        directMax = 0;
        void runOverloaded();
      }
      return false;
    },
    enqueue<T>(asker: Asker, run: () => MaybePromise<T>) {
      if (queue.size >= waitingMax) {
        const displaced = queue.displace(asker);
        if (displaced === undefined) throw busy();
        displaced.refuse();
      }
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      queue.push(asker, {
        endsAtMs: timers.nowMs() + WAIT_MAX_MS,
        run() {
          try {
            resolve(run());
          } catch (error) {
            reject(error);
          }
        },
        refuse: () => reject(busy()),
      });
      return promise;
    },
    get waiting() {
      return queue.size;
    },
  };
}
