import type { YieldToEventLoop } from "../core/ports/system/yield-to-event-loop.ts";

export const yieldToEventLoop: YieldToEventLoop = () => new Promise((resolve) => setImmediate(resolve));
