/** How long this thread has run on a processor, ms; it does not grow while others have the processor. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
