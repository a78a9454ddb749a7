/** Work of this thread, in ms of the processor's time: what others do on the machine meanwhile does not count. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The most that the thread did in one turn of its loop while the task ran: so long nobody else was served. */
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

/** How long a fixed piece of work takes on an idle machine of the kind that the tests were written on, in ms. */
const REFERENCE_MS = 10;

/** By how much this machine is slower at present. */
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
