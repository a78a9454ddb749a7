import { open } from "node:fs/promises";

const PORTION_BYTES = 2 ** 22;

/**
 * Reads a whole file, so that the operating system has it in memory: otherwise a figure depends on what the machine
 * did in the last minutes. Virtual machines soon lose such pages, so this is done every time.
 */
export async function readIntoPageCache(path: string, signal: AbortSignal): Promise<void> {
  await using file = await open(path);
  const portion = Buffer.alloc(PORTION_BYTES);
  while ((await file.read(portion)).bytesRead > 0) signal.throwIfAborted();
}
