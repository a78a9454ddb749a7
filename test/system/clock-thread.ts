import { hearClock } from "../harness/thread-clock.ts";

declare const self: Worker;

// What a wall clock that was set in the meantime would say.
const now = Date.now;
Date.now = () => now() + 3_600_000;
self.postMessage((await hearClock(self)).monotonicNs());
