import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Seconds in which its own probe found the service available, and in which it did not. */
export interface Availability {
  readonly available: number;
  readonly unavailable: number;
}

/** Its probe regards the service as unavailable after this time. */
const PROBE_TIMEOUT_S = 2;
const OVERTIME_MS = 30_000;

/** @param args the mode, and its options */
export async function runSlowhttptest(
  args: readonly string[],
  { seconds, connections }: { readonly seconds: number; readonly connections: number },
): Promise<Availability> {
  const folder = await mkdtemp(join(tmpdir(), "usermeta-slow-"));
  try {
    const bounds = ["-c", `${connections}`, "-r", `${connections}`, "-l", `${Math.ceil(seconds)}`];
    const child = Bun.spawn(["slowhttptest", ...args, ...bounds, "-p", `${PROBE_TIMEOUT_S}`, "-g", "-o", "report"], {
      cwd: folder,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
      timeout: seconds * 1000 + OVERTIME_MS,
    });
    await child.exited;
    return availabilityOf(await readFile(join(folder, "report.csv"), "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A row a second: `Seconds,Closed,Pending,Connected,Service Available`, the last of them 0 when it is not. */
function availabilityOf(csv: string): Availability {
  const rows = csv.trim().split("\n").slice(1);
  const unavailable = rows.filter((row) => row.split(",").at(-1)?.trim() === "0").length;
  return { available: rows.length - unavailable, unavailable };
}
