import { readFileSync } from "node:fs";

const LOOK_MS = 50;

/** A process's resident memory; undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Watches by how much a process's memory grows from now on, at its highest. */
export class MemoryWatch implements Disposable {
  readonly #first: number;
  readonly #looking: ReturnType<typeof setInterval>;
  #highest: number;

  constructor(pid: number) {
    this.#first = residentBytes(pid) ?? 0;
    this.#highest = this.#first;
    this.#looking = setInterval(() => {
      this.#highest = Math.max(this.#highest, residentBytes(pid) ?? 0);
    }, LOOK_MS);
  }

  get growthBytes(): number {
    return this.#highest - this.#first;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking);
  }
}
