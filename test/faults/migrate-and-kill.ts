import { join } from "node:path";

const MIGRATING = join(import.meta.dir, "migrating-process.ts");

/**
 * Migrates a store in a process of its own. Resolves with how long that took from the moment at which the process was
 * about to open the store.
 * @param afterMs from then on to a kill -9; undefined = none
 */
export async function migrateAndKill(url: string, afterMs: number | undefined): Promise<number> {
  const child = Bun.spawn([process.execPath, MIGRATING, url], { stdio: ["ignore", "pipe", "inherit"] });
  const reader = child.stdout.getReader();
  await reader.read();
  const from = performance.now();
  if (afterMs !== undefined) {
    setTimeout(() => child.kill("SIGKILL"), afterMs);
    await child.exited;
    return performance.now() - from;
  }
  await reader.read();
  const ms = performance.now() - from;
  const code = await child.exited;
  if (code !== 0) throw new Error(`the migration ended with ${code}`);
  return ms;
}
