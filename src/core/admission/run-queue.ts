import type { MaybePromise, Timers, YieldToEventLoop } from "../ports.ts";
import { busy } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Resource } from "./resources.ts";

/**
 * A serving thread's time. Until it runs short, a request costs a count and a comparison. From then on each turn of the
 * loop runs so many requests as it has time for, and the others wait here, for fair turns among the clients' addresses.
 * What is not counted here, such as a health check, then waits for a turn and not for thousands of requests.
 *
 * Most requests still run as they come in: one that has waited costs Bun about half as much again. Those that wait get
 * as much of each turn as they need to be out of here in time.
 */
export interface RunQueue {
  /** Counts a request. True: run it now. False: the thread is overloaded, give it to `enqueue`. */
  mayRun(): boolean;
  /** Runs it when its turn comes. Refuses with `busy`, and never runs it, when that is not in time. */
  enqueue<T>(asker: Asker, run: () => MaybePromise<T>): Promise<T>;
  readonly waiting: number;
}

export interface RunQueueOptions {
  readonly resource: Resource;
  /** How many may wait. When there are more, the address with the most waiting loses its newest. */
  readonly waitingMax: number;
  readonly timers: Pick<Timers, "nowMs">;
  readonly yieldToEventLoop: YieldToEventLoop;
  /** How long this thread has run, ms; what else the machine does is not to count as the requests' cost. */
  readonly cpuMs: () => number;
}

interface Waiting {
  readonly endsAtMs: number;
  readonly run: () => void;
  readonly refuse: () => void;
}

/** Refusing costs nearly what a read costs, for most of either is Bun's: what waits is run if that is possible at all. */
const WAIT_MAX_MS = 2000;
/** So soon all that waits is to be run, as far as the thread is quick enough. */
const WAIT_AIM_MS = 600;
/** After so many requests the loop's current turn is looked at. */
const LOOK_EVERY = 256;
/** A turn that has more requests than this, or takes longer, is an overloaded thread's. */
const TURN_REQUESTS_MAX = 1000;
const TURN_MAX_MS = 20;
/** The same where others have the processor meanwhile: past it no more is begun. */
const TURN_WALL_MAX_MS = 2 * TURN_MAX_MS;
/** What those that wait may take of a turn. The others must get on too, or all would wait. */
const WAITING_SHARE = 0.5;
const RUN_MIN = 32;
/** How fast a request's estimated cost may rise from turn to turn: one turn may have met the garbage collector. */
const COST_RISE = 1.1;
const COST_MIN_MS = 0.005;
const EXPIRE_EVERY_MS = 50;

export function createRunQueue({ waitingMax, timers, yieldToEventLoop, cpuMs }: RunQueueOptions): RunQueue {
  const queue = new FairQueue<Waiting>();
  let isOverloaded = false;
  /** Requests that were let run, in the turn that is being looked at or since the last one was. */
  let counted = 0;
  /** When the turn began that is being looked at; of an overloaded thread, the current one. */
  let beganMs: number | undefined;
  let beganCpuMs = 0;
  /** How many may run as they come in, in this turn of an overloaded thread. */
  let directMax = 0;
  /** What a request takes of a turn, all in all; ms. */
  let costMs = TURN_MAX_MS / TURN_REQUESTS_MAX;
  let expireAtMs = 0;

  async function look(): Promise<void> {
    counted = 0;
    beganMs = timers.nowMs();
    beganCpuMs = cpuMs();
    await yieldToEventLoop();
    if (!isOverloaded) beganMs = undefined;
  }

  async function runInTurns(): Promise<void> {
    let lastMs = timers.nowMs();
    let lastCpuMs = cpuMs();
    let ran = 0;
    await yieldToEventLoop();
    while (queue.size > 0) {
      const nowMs = timers.nowMs();
      beganMs = nowMs;
      // What a request leaves to be done later shows only in how long the turn was.
      ran += counted;
      const tookMs = nowMs - lastMs;
      const nowCpuMs = cpuMs();
      if (ran > RUN_MIN) costMs = Math.min((nowCpuMs - lastCpuMs) / ran, costMs * COST_RISE);
      lastCpuMs = nowCpuMs;
      const turnMax = Math.max(2 * RUN_MIN, TURN_MAX_MS / Math.max(COST_MIN_MS, costMs));
      const needed = Math.max(RUN_MIN, (queue.size * Math.max(TURN_MAX_MS, tookMs)) / WAIT_AIM_MS);
      const waitingMax = Math.min(needed, turnMax * WAITING_SHARE);
      lastMs = nowMs;
      counted = 0;
      directMax = turnMax - waitingMax;
      expire(nowMs);
      ran = runWaiting(waitingMax, nowMs + TURN_MAX_MS * WAITING_SHARE);
      await yieldToEventLoop();
    }
    isOverloaded = false;
    beganMs = undefined;
    counted = 0;
  }

  /** @returns how many it ran */
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
        if (counted >= LOOK_EVERY) void look();
        return true;
      }
      const countMax = isOverloaded ? directMax : TURN_REQUESTS_MAX;
      const turnMaxMs = isOverloaded ? TURN_WALL_MAX_MS : TURN_MAX_MS;
      if (counted < countMax && timers.nowMs() - beganMs < turnMaxMs) {
        counted += 1;
        return true;
      }
      if (!isOverloaded) {
        // Others had the processor: that is no reason to make anyone wait.
        if (counted < countMax && cpuMs() - beganCpuMs < TURN_MAX_MS) {
          counted += 1;
          return true;
        }
        isOverloaded = true;
        directMax = 0;
        void runInTurns();
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
