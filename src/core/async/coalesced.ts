/**
 * Runs `task` for every call, but never twice at once: who calls while it runs shares with all others who do the one
 * run that begins after it, since the present one may have begun too early for him.
 * @param task must not reject
 * @param isEnough whether the run that has just ended will do all the same for those who came while it ran
 */
export function coalesced(task: () => Promise<void>, isEnough = (): boolean => false): () => Promise<void> {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;

  async function run(): Promise<void> {
    await task();
    running = undefined;
  }

  async function runNext(before: Promise<void>): Promise<void> {
    await before;
    waiting = undefined;
    if (isEnough()) return;
    // Somebody may have begun one in the meantime, which is as good.
    running ??= run();
    await running;
  }

  return () => {
    if (running === undefined) {
      running = run();
      return running;
    }
    waiting ??= runNext(running);
    return waiting;
  };
}
