import type { Timers } from "../ports.ts";

/**
 * Whether a thread still responds, in memory that it shares with the one that watches it: as long as its loop turns, it
 * counts up; so it needs no answer to a message, and a message that waits tells nothing.
 */
const BEATS = 0;
/** The thread's number with the system; 0 where it is not known. */
const TASK = 1;
const CELLS = 2;

const BEAT_MS = 250;
const LOOK_MS = 500;

/** What the system says of another thread of this process. */
export interface TaskState {
  /** How long it has waited, ready to run, for a processor; ms since it began. */
  readonly waitedMs: number;
  /** It waits for a disk, or a debugger has stopped it: nothing that it could be ended for, or that could end it. */
  readonly isHeld: boolean;
}

/** Goes through `postMessage`. */
export function newPulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
}

/** On the thread itself, for as long as it lives. @param task its number with the system, or 0 */
export function beat(memory: SharedArrayBuffer, timers: Pick<Timers, "every">, task: number): Disposable {
  const cells = new Int32Array(memory);
  Atomics.store(cells, TASK, task);
  Atomics.add(cells, BEATS, 1);
  return timers.every(BEAT_MS, () => void Atomics.add(cells, BEATS, 1));
}

export interface PulseNeeds {
  readonly memory: SharedArrayBuffer;
  readonly timers: Pick<Timers, "every" | "nowMs">;
  /** Undefined where the system does not tell. */
  readonly stateOf: (task: number) => TaskState | undefined;
  /** So long a thread that could have run has not. */
  readonly silentMaxMs: number;
  /** Called once, with how long it has not been heard. */
  readonly onSilent: (silentMs: number) => void;
}

/**
 * Watches a thread from its first beat on. What counts is the time in which this thread ran and the other could have:
 * not that of a suspended machine, which is one late look, nor what the other waited for a processor or for a disk.
 */
export function watchPulse({ memory, timers, stateOf, silentMaxMs, onSilent }: PulseNeeds): Disposable {
  const cells = new Int32Array(memory);
  let heard = 0;
  let heardAtMs = timers.nowMs();
  let lookedAtMs = heardAtMs;
  let waitedMs: number | undefined;
  let silentMs = 0;
  const watching = timers.every(LOOK_MS, () => {
    const nowMs = timers.nowMs();
    const passedMs = Math.min(nowMs - lookedAtMs, 2 * LOOK_MS);
    lookedAtMs = nowMs;
    const beats = Atomics.load(cells, BEATS);
    const task = Atomics.load(cells, TASK);
    const state = task === 0 || beats !== heard ? undefined : stateOf(task);
    if (beats !== heard || beats === 0) {
      heard = beats;
      heardAtMs = nowMs;
      silentMs = 0;
      waitedMs = undefined;
      return;
    }
    // The first look at a silent thread only says what it had waited before.
    const moreMs = state === undefined || waitedMs === undefined ? 0 : state.waitedMs - waitedMs;
    waitedMs = state?.waitedMs ?? waitedMs;
    if (state?.isHeld) return;
    silentMs += Math.max(0, passedMs - moreMs);
    if (silentMs < silentMaxMs) return;
    watching[Symbol.dispose]();
    onSilent(nowMs - heardAtMs);
  });
  return watching;
}
