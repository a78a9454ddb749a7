import type { YieldToEventLoop } from "../core/ports.ts";

export const yieldToEventLoop: YieldToEventLoop = () => new Promise((resolve) => setImmediate(resolve));
