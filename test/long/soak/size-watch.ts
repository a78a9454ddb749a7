import { statSync } from "node:fs";
import { residentBytes } from "../../starvation/memory-watch.ts";

const LOOK_MS = 1000;
/** Growth during the warm-up is not a leak. */
const WARM_UP_SHARE = 0.3;

interface Look {
  readonly at: number;
  readonly bytes: number;
}

/** Measures a server's memory and its write-ahead log each second. */
export class SizeWatch implements Disposable {
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #memory: Look[] = [];
  #logMax = 0;

  constructor(pid: number, storePath: string) {
    this.#looking = setInterval(() => {
      this.#memory.push({ at: performance.now(), bytes: residentBytes(pid) ?? Number.NaN });
      const log = statSync(`${storePath}-wal`, { throwIfNoEntry: false })?.size ?? 0;
      this.#logMax = Math.max(this.#logMax, log);
    }, LOOK_MS);
  }

  get logBytesMax(): number {
    return this.#logMax;
  }

  get memoryBytesMax(): number {
    return Math.max(...this.#memory.map(({ bytes }) => bytes));
  }

  /** By how much the memory grows in an hour, by the line that fits all looks after the warm-up best; bytes. */
  get memoryBytesPerHour(): number {
    const looks = this.#memory.slice(Math.floor(this.#memory.length * WARM_UP_SHARE));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [at, bytes] = [mean(looks.map((look) => look.at)), mean(looks.map((look) => look.bytes))];
    const covariance = looks.reduce((sum, look) => sum + (look.at - at) * (look.bytes - bytes), 0);
    const variance = looks.reduce((sum, look) => sum + (look.at - at) ** 2, 0);
    return (covariance / variance) * 3_600_000;
  }

  /** The growth since the warm-up, by that line; bytes. */
  get memoryGrowthBytes(): number {
    const [first, last] = [this.#memory[Math.floor(this.#memory.length * WARM_UP_SHARE)], this.#memory.at(-1)];
    return (this.memoryBytesPerHour * ((last?.at ?? 0) - (first?.at ?? 0))) / 3_600_000;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking);
  }
}
