import type { Timers } from "../ports/system/timers.ts";

/**
 * The heartbeat of a thread, in memory shared with the thread that watches it. The thread counts up as long as its event
 * loop runs. A message that must be answered would not do: it may wait in a queue while the thread is fine.
 */
const HEARTBEATS = 0;
/** The thread's id at the operating system; 0 = unknown. */
const TASK = 1;
const CELLS = 2;

const HEARTBEAT_MS = 250;
const LOOK_MS = 500;

/** The state of another thread of this process, from the operating system. */
export interface TaskState {
  /** Total time that the thread has waited, ready to run, for a processor; ms. */
  readonly waitedMs: number;
  /** The thread waits for a disk, or a debugger has stopped it: no reason to terminate it, and it could not be. */
  readonly isBlocked: boolean;
}

/** Can be sent by `postMessage`. */
export function newHeartbeat(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
}

/** Starts the heartbeat of the calling thread. @param task the thread's id at the operating system, or 0 */
export function startHeartbeat(memory: SharedArrayBuffer, timers: Pick<Timers, "every">, task: number): Disposable {
  const cells = new Int32Array(memory);
  Atomics.store(cells, TASK, task);
  Atomics.add(cells, HEARTBEATS, 1);
  return timers.every(HEARTBEAT_MS, () => void Atomics.add(cells, HEARTBEATS, 1));
}

export interface HeartbeatNeeds {
  readonly memory: SharedArrayBuffer;
  readonly timers: Pick<Timers, "every" | "nowMs">;
  /** Undefined if the operating system does not provide it. */
  readonly stateOf: (task: number) => TaskState | undefined;
  /** A thread is silent when it could have run for this long and its heartbeat did not move. */
  readonly silentMaxMs: number;
  /** Called once, with the time since the last heartbeat. */
  readonly onSilent: (silentMs: number) => void;
}

/**
 * Watches a thread from its first heartbeat on. Only the time counts in which this thread ran and the other could have
 * run. Not counted are the suspension of the machine (one late look) and waits of the other thread for a processor or disk.
 */
export function watchHeartbeat({ memory, timers, stateOf, silentMaxMs, onSilent }: HeartbeatNeeds): Disposable {
  const cells = new Int32Array(memory);
  let lastSeen = 0;
  let lastSeenAtMs = timers.nowMs();
  let lookedAtMs = lastSeenAtMs;
  let waitedMs: number | undefined;
  let silentMs = 0;
  const watching = timers.every(LOOK_MS, () => {
    const nowMs = timers.nowMs();
    const passedMs = Math.min(nowMs - lookedAtMs, 2 * LOOK_MS);
    lookedAtMs = nowMs;
    const beats = Atomics.load(cells, HEARTBEATS);
    const task = Atomics.load(cells, TASK);
    const state = task === 0 || beats !== lastSeen ? undefined : stateOf(task);
    if (beats !== lastSeen || beats === 0) {
      lastSeen = beats;
      lastSeenAtMs = nowMs;
      silentMs = 0;
      waitedMs = undefined;
      return;
    }
    // The first look at a silent thread only yields how long it had waited before.
    const moreMs = state === undefined || waitedMs === undefined ? 0 : state.waitedMs - waitedMs;
    waitedMs = state?.waitedMs ?? waitedMs;
    if (state?.isBlocked) return;
    silentMs += Math.max(0, passedMs - moreMs);
    if (silentMs < silentMaxMs) return;
    watching[Symbol.dispose]();
    onSilent(nowMs - lastSeenAtMs);
  });
  return watching;
}
