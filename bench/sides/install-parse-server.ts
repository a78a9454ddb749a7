import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { finishedCommand } from "../measure/finished-command.ts";

export const PARSE_VERSION = "9.10.0";

/**
 * Installs it once, outside the project, and returns its program's path; undefined, with a message, when that cannot be
 * done.
 */
export async function installParseServer(bench: Bench, npm: string): Promise<string | undefined> {
  const folder = join(bench.kept, `parse-server-${PARSE_VERSION}`);
  const main = join(folder, "node_modules/parse-server/bin/parse-server");
  if (existsSync(main)) return main;
  bench.progress("  installing Parse Server, once");
  const unfinished = mkdtempSync(join(bench.kept, "installing-"));
  const options = ["--prefix", unfinished, "--ignore-scripts", "--no-audit", "--no-fund"];
  try {
    await finishedCommand([npm, "install", ...options, `parse-server@${PARSE_VERSION}`], { signal: bench.signal });
    renameSync(unfinished, folder);
    return main;
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    bench.signal.throwIfAborted();
    bench.warn(`Parse Server is missing: ${String(error).slice(0, 300)}`);
    return undefined;
  }
}
