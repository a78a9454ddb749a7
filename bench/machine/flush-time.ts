import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { median } from "../measure/statistics.ts";

const FLUSHES = 200;
const BLOCK = new Uint8Array(4096);

/** How long the disk takes to confirm 4 kB appended to a file in `folder`, ms, the median. */
export function flushTimeMs(folder: string): number {
  const file = openSync(join(folder, "flush.bin"), "w");
  try {
    const times = Array.from({ length: FLUSHES }, () => {
      writeSync(file, BLOCK);
      const before = performance.now();
      fdatasyncSync(file);
      return performance.now() - before;
    });
    return median(times);
  } finally {
    closeSync(file);
  }
}
