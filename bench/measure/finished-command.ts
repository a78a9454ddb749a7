/** Runs a command to its end and returns its output; fails when it does, or when `signal` stops it. */
export async function finishedCommand(
  command: readonly string[],
  options: { readonly signal: AbortSignal; readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  const { signal, stdin, env } = options;
  signal.throwIfAborted();
  const running = Bun.spawn([...command], {
    env: { ...process.env, ...env },
    stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
    signal,
  });
  const [output, errors, code] = await Promise.all([
    new Response(running.stdout).text(),
    new Response(running.stderr).text(),
    running.exited,
  ]);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`${command.join(" ").slice(0, 200)} ended with ${code}:\n${errors || output}`);
  return output;
}
