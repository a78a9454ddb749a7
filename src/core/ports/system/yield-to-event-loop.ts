/** Resolves after everything else that is ready on this thread has run. */
export type YieldToEventLoop = () => Promise<void>;
