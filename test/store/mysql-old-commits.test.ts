import { expect, test } from "bun:test";
import { OldCommits } from "../../src/store/mysql/transaction/old-commits.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WALL_MS = 1_700_000_000_000;

for (const stepMs of [HOUR_MS, DAY_MS, -HOUR_MS, -DAY_MS]) {
  test(`no commit of the last ten minutes counts as old after a clock step of ${stepMs / HOUR_MS} h`, () => {
    const old = new OldCommits();
    const stepAtMs = 20 * MINUTE_MS;
    const wallAt = (ms: number): number => WALL_MS + ms + (ms >= stepAtMs ? stepMs : 0);
    for (let ms = 0; ms <= 60 * MINUTE_MS; ms += MINUTE_MS / 6) {
      const until = old.until(wallAt(ms), ms);
      for (let ageMs = 0; ageMs < 10 * MINUTE_MS && ageMs <= ms; ageMs += 1000) {
        expect(wallAt(ms - ageMs)).toBeGreaterThanOrEqual(until);
      }
    }
    // Once that much time has passed since the step, older commits count as old again.
    expect(old.until(wallAt(HOUR_MS + 1), HOUR_MS + 1)).toBe(wallAt(HOUR_MS + 1) - 10 * MINUTE_MS);
  });
}
