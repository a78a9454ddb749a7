/**
 * Ends this thread on an uncaught exception or an unhandled rejection; on the main thread, ends the process with exit code
 * 1. Without it the runtime would print a source excerpt and the message, which may contain anything.
 * @param tell reports the error; awaited before the thread ends
 */
export function onCrash(tell: (error: unknown) => unknown): void {
  let hasCrashed = false;
  const crash = async (error: unknown): Promise<void> => {
    if (hasCrashed) return;
    hasCrashed = true;
    try {
      await tell(error);
    } finally {
      process.exit(1);
    }
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}
