import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { versionOf } from "../sides/programs.ts";
import { flushTimeMs } from "./flush-time.ts";

/** The conditions of the figures, each under the name it has in the results. */
export type Machine = Readonly<Record<string, string>>;

const ROOT = join(import.meta.dir, "../..");

export async function readMachine({ folder, signal }: Bench): Promise<Machine> {
  const printed = async (command: string[]): Promise<string> =>
    (await finishedCommand(command, { signal }).catch(() => "unknown")).trim();
  const siblings = readFileSync(
    `/sys/devices/system/cpu/cpu${SERVER_CORE}/topology/thread_siblings_list`,
    "utf8",
  ).trim();
  const changed = await printed(["git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no", "--", "src"]);
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    processor: `${cpus()[0]?.model}, ${cpus().length} cores; servers on core ${SERVER_CORE} (its threads: ${siblings})`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    disk:
      `${await printed(["stat", "-f", "-c", "%T", folder])}, ` +
      `${flushTimeMs(folder).toFixed(2)} ms to flush 4 kB (median of 200)`,
    usermeta:
      (await printed(["git", "-C", ROOT, "rev-parse", "--short=12", "HEAD"])) +
      (changed === "" ? "" : ", with changes that are not committed"),
    Bun: Bun.version,
    wrk: versionOf("wrk", "-v"),
  };
}
