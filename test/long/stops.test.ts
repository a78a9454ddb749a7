import { describe, expect, test } from "bun:test";
import { chanceFrom } from "../harness/hostile-request.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { MysqlStates } from "../stops/mysql-states.ts";
import { OUTSIDE_STATES } from "../stops/outside-states.ts";
import { SQLITE_STATES } from "../stops/sqlite-states.ts";
import { type Stopped, stopOnce } from "../stops/stop-once.ts";
import type { StopState } from "../stops/stop-state.ts";
import { recordFigure } from "./figures.ts";
import { IS_IN_FULL } from "./in-full.ts";

const SEED = Number(process.env.STOP_SEED ?? Date.now() % 1_000_000);
/** Of each state and number of workers. */
const ROUNDS = Math.max(1, Math.floor(Number(process.env.LONG_SECONDS ?? 20) / 5));
/** Servers are started one after the other, and some stops take their nine seconds. */
const TIMEOUT_MS = 3_600_000;

/** docs/OPERATIONS.md § Stop. */
async function stopAll(what: string, states: readonly StopState[]): Promise<void> {
  const chance = chanceFrom(SEED);
  const all: Stopped[] = [];
  for (const state of states) {
    // A short run tries each state with either.
    for (const workers of IS_IN_FULL ? [1, 2] : [chance() < 0.5 ? 1 : 2]) {
      const stops: Stopped[] = [];
      for (let round = 0; round < ROUNDS; round++) stops.push(await stopOnce(state, workers, chance));
      all.push(...stops);
      const slowest = Math.max(...stops.map(({ ms }) => ms));
      const acknowledged = stops.reduce((sum, each) => sum + each.acknowledged, 0);
      console.log(
        `${state.name}, ${workers} workers: ${ROUNDS} stops, the slowest ${Math.round(slowest)} ms; ` +
          `${acknowledged} sets acknowledged, 0 lost`,
      );
      expect(stops).toHaveLength(ROUNDS);
    }
  }
  recordFigure(`stops survived, ${what}`, all.length);
  recordFigure(`the slowest of them, ${what}, ms`, Math.round(Math.max(...all.map(({ ms }) => ms))));
}

describe(`stopped at random moments (STOP_SEED=${SEED})`, () => {
  test(
    "SQLite: exit code 0 in time, and acknowledged sets are stored",
    () => stopAll("SQLite", SQLITE_STATES),
    TIMEOUT_MS,
  );

  test("other services: exit code 0 in time", () => stopAll("other services", OUTSIDE_STATES), TIMEOUT_MS);

  test.skipIf(mariadbIsMissing())(
    "a database: exit code 0 in time, and acknowledged sets are stored",
    async () => {
      await using states = await MysqlStates.start();
      await stopAll("a database", states.all);
    },
    TIMEOUT_MS,
  );
});
