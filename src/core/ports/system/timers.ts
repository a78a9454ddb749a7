/** Waiting, on the thread that calls. */
export interface Timers {
  /** Milliseconds that never run backwards, from any origin of this thread's. */
  nowMs(): number;
  /** Calls again and again until it is disposed of; keeps no process alive. */
  every(ms: number, call: () => void): Disposable;
  /** Calls once, unless it is disposed of before. */
  after(ms: number, call: () => void): Disposable;
}
