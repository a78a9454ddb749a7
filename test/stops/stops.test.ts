import { expect, test } from "bun:test";
import { type Chance, chanceFrom } from "../harness/hostile-request.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { MysqlStates } from "./mysql-states.ts";
import { SQLITE_STATES } from "./sqlite-states.ts";
import { stopOnce } from "./stop-once.ts";
import type { StopState } from "./stop-state.ts";

const SEED = Number(process.env.STOP_SEED ?? Date.now() % 1_000_000);
const MYSQL_STOPS = 6;
const TIMEOUT_MS = 60_000;

/** README.md § Running it: "The process ends with exit code 0 within nine seconds". */
const PROMISE = `stopped at some moment, it ends with 0 in time, and what was answered is stored (STOP_SEED=${SEED})`;

async function stop(state: StopState, chance: Chance): Promise<void> {
  const { ms } = await stopOnce(state, 1 + Math.floor(2 * chance()), chance);
  expect(ms).toBeGreaterThan(0);
}

for (const [at, state] of SQLITE_STATES.entries()) {
  test(`${state.name}: ${PROMISE}`, () => stop(state, chanceFrom(SEED + at)), TIMEOUT_MS);
}

test.skipIf(mariadbIsMissing())(
  `a database in ${MYSQL_STOPS} states: ${PROMISE}`,
  async () => {
    await using states = await MysqlStates.start();
    const chance = chanceFrom(SEED);
    const left = [...states.all];
    for (let n = 0; n < MYSQL_STOPS; n++) {
      const [state] = left.splice(Math.floor(chance() * left.length), 1);
      if (state !== undefined) await stop(state, chance);
    }
  },
  3 * TIMEOUT_MS,
);
