import { open } from "node:fs/promises";

const PORTION_BYTES = 2 ** 22;

/**
 * Reads a file through, so that the operating system has it in memory: otherwise a figure says what else the machine
 * did in the last minutes. Machines that lend memory to others give up such pages soon, so it is done every time.
 */
export async function readIntoPageCache(path: string, signal: AbortSignal): Promise<void> {
  await using file = await open(path);
  const portion = Buffer.alloc(PORTION_BYTES);
  while ((await file.read(portion)).bytesRead > 0) signal.throwIfAborted();
}
