import { systemClock } from "../../src/system/clock.ts";

postMessage(systemClock.monotonicNs());
