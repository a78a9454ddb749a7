/** Processor time of this thread in ms, which excludes other load on the machine. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The longest time that the task blocked the event loop, in ms of processor time. */
export async function longestTurnMs(task: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = threadMs();
  const looking = setInterval(() => {
    const now = threadMs();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  await task();
  clearInterval(looking);
  return Math.max(longest, threadMs() - before);
}

/** Duration in ms of a fixed piece of work on an idle machine of the kind on which the tests were written. */
const REFERENCE_MS = 10;

/** The factor by which this machine is slower at present. */
export function slowness(): number {
  return Math.max(1, Math.min(...Array.from({ length: 3 }, referenceMs)) / REFERENCE_MS);
}

function referenceMs(): number {
  const from = threadMs();
  const parts: string[] = [];
  for (let index = 0; index < 20_000; index++) parts.push(JSON.stringify({ [index.toString(36)]: index }));
  if (parts.join("").length < 20_000) throw new Error("the work was left out");
  return threadMs() - from;
}
