import type { Clock } from "../../src/core/ports/system/clock.ts";
import { sharedClock, systemClock } from "../../src/system/clock.ts";

const ASKED = "usermeta-test-clock";

/** In the main thread: lets a worker read this thread's clock. */
export function tellClock(worker: Worker): void {
  worker.addEventListener("message", ({ data }) => {
    if (data === ASKED) worker.postMessage({ [ASKED]: systemClock.monotonicNs() });
  });
}

/** In the worker. Its other messages must not be handled by listeners of the same kind meanwhile. */
export async function hearClock(self: Worker): Promise<Clock> {
  return await sharedClock(
    () =>
      new Promise((resolve) => {
        const hear = ({ data }: MessageEvent): void => {
          if (typeof data?.[ASKED] !== "bigint") return;
          self.removeEventListener("message", hear);
          resolve(data[ASKED]);
        };
        self.addEventListener("message", hear);
        self.postMessage(ASKED);
      }),
  );
}
