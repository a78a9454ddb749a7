/** What holds within a stated time but not at once: asks again until the check passes, and tells why if it never does. */
export async function eventually<T>(check: () => Promise<T>, deadlineMs = 3000): Promise<T> {
  const from = performance.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() - from > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
