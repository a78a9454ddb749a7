import type { Timers } from "../core/ports.ts";

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  every(ms, call) {
    const timer = setInterval(call, ms);
    timer.unref();
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
  after(ms, call) {
    const timer = setTimeout(call, ms);
    timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** For what must come to its end while a process is stopping: it goes on until then. */
export const closingTimers: Pick<Timers, "after"> = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
