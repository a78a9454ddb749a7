/** Timers on the calling thread. */
export interface Timers {
  /** Milliseconds that never run backwards. Each thread has an origin of its own. */
  nowMs(): number;
  /** Calls at this interval until disposed. Does not keep the process alive. */
  every(ms: number, call: () => void): Disposable;
  /** Calls once after this time, unless disposed before. */
  after(ms: number, call: () => void): Disposable;
}
