/**
 * Coalesces calls of `task`, which never runs twice at the same time. Calls made during a run share one follow-up run,
 * because the current run may have started too early to see their changes. (Singleflight would share the current run.)
 * @param task must not reject
 * @param isEnough asked after a run: true skips the follow-up run
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
    // Another call may have started a run in the meantime, which is as good.
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
