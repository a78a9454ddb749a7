/**
 * How long this thread has run on a processor, ms; it does not grow while others have the processor. Where the system
 * does not tell, as in a sandbox without the call, it is the time that has gone by.
 */
export function threadCpuMs(): number {
  try {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  } catch {
    return performance.now();
  }
}
