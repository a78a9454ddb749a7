/** Repeats a check until it passes. Throws the last error at the deadline. */
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
