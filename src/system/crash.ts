/**
 * What is thrown where nothing catches it, and what rejects where nobody waits, ends this thread: of the main thread the
 * process, with exit code 1. Without it the runtime would print the message, which can hold anything, and an excerpt of
 * the source.
 * @param tell may take its time to be heard
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
