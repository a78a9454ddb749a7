import { describe, expect, test } from "bun:test";
import { type Chance, chanceFrom } from "../harness/hostile-request.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { MysqlStates } from "./mysql-states.ts";
import { OUTSIDE_STATES } from "./outside-states.ts";
import { Semaphore } from "./semaphore.ts";
import { SQLITE_STATES } from "./sqlite-states.ts";
import { stopOnce } from "./stop-once.ts";
import type { StopState } from "./stop-state.ts";

const SEED = Number(process.env.STOP_SEED ?? Date.now() % 1_000_000);
const MYSQL_STOPS = 6;
/** Most of a stop is waiting. */
const AT_ONCE = 3;
/** For all of them; some wait until others are done. */
const TIMEOUT_MS = 240_000;

/** docs/OPERATIONS.md § Stop: "The process ends within nine seconds of the signal". */
const PROMISE = `stopped at some moment, it exits with 0 in time, and acknowledged sets are stored (STOP_SEED=${SEED})`;

const semaphore = new Semaphore(AT_ONCE);

async function stop(state: StopState, chance: Chance): Promise<void> {
  const { ms } = await stopOnce(state, 1 + Math.floor(2 * chance()), chance);
  expect(ms).toBeGreaterThan(0);
}

describe.concurrent("a server", () => {
  // First, as it takes longest.
  test.skipIf(mariadbIsMissing())(
    `a database in ${MYSQL_STOPS} states: ${PROMISE}`,
    () =>
      semaphore.run(async () => {
        await using states = await MysqlStates.start();
        const chance = chanceFrom(SEED);
        const left = [...states.all];
        for (let n = 0; n < MYSQL_STOPS; n++) {
          const [state] = left.splice(Math.floor(chance() * left.length), 1);
          if (state !== undefined) await stop(state, chance);
        }
      }),
    TIMEOUT_MS,
  );

  for (const [at, state] of [...SQLITE_STATES, ...OUTSIDE_STATES].entries()) {
    test(`${state.name}: ${PROMISE}`, () => semaphore.run(() => stop(state, chanceFrom(SEED + at))), TIMEOUT_MS);
  }
});
