import type { Answer } from "../../harness/client.ts";

/** Sends `count` calls together; how many were not 429, and the answers that were. */
export async function burst(
  count: number,
  call: (index: number) => Promise<Answer>,
): Promise<{ passed: number; limited: Answer[] }> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => call(index)));
  const limited = answers.filter(({ status }) => status === 429);
  return { passed: count - limited.length, limited };
}
