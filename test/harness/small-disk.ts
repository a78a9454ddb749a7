import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isLeftOut } from "./missing-part.ts";

const MIB = 1_048_576;
const PIECE = Buffer.alloc(4096, 0x5a);

/** A small file system for one test, so that it can be filled. */
export class SmallDisk implements Disposable {
  readonly path: string;
  readonly #ballast: string;

  constructor(mib: number) {
    this.path = mkdtempSync(join(tmpdir(), "usermeta-disk-"));
    this.#ballast = join(this.path, "ballast");
    mount("-t", "tmpfs", "-o", `size=${mib * MIB}`, "tmpfs", this.path);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  fill(leftBytes = 0): void {
    writeFileSync(this.#ballast, "");
    while (this.freeBytes > leftBytes) writeFileSync(this.#ballast, PIECE, { flag: "a" });
  }

  free(): void {
    rmSync(this.#ballast);
  }

  [Symbol.dispose](): void {
    Bun.spawnSync(["umount", "-l", this.path]);
    rmdirSync(this.path);
  }
}

/** Whether tests on a full file system have to be skipped. Prints the reason, and throws under CI. */
export function smallDiskIsMissing(): boolean {
  let isThere = false;
  try {
    new SmallDisk(1)[Symbol.dispose]();
    isThere = true;
  } catch {}
  return isLeftOut(isThere, "this account may not mount a tmpfs: a store on a full disk");
}

function mount(...args: readonly string[]): void {
  if (Bun.spawnSync(["mount", ...args]).exitCode !== 0) throw new Error("mount failed");
}
