/**
 * CPU time of this thread, ms; does not grow while other threads have the processor. Falls back to the elapsed time where
 * the system call is missing, as in a sandbox.
 */
export function threadCpuMs(): number {
  try {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  } catch {
    return performance.now();
  }
}
