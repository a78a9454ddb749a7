import { existsSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import type { Bench } from "../bench.ts";
import { LOAD_CORE } from "../measure/cores.ts";

const PROGRAMS = { wrk: "wrk", taskset: "util-linux", setpriv: "util-linux" };
const LOAD_MAX = 0.5;

/** Fails where nothing can be measured, and warns where the figures will be less reliable. */
export function checkMachine(bench: Bench): void {
  if (!existsSync("/proc/self/clear_refs")) throw new Error("this benchmark needs Linux: it reads /proc");
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    if (Bun.which(program) === null)
      throw new Error(`there is no ${program} (Debian: apt-get install ${debianPackage})`);
  }
  if (availableParallelism() <= LOAD_CORE) throw new Error("one core for the servers and one for the load are needed");
  const [load = 0] = loadavg();
  if (load > LOAD_MAX) bench.warn(`the machine was busy with something else when this began (load ${load.toFixed(2)})`);
}
