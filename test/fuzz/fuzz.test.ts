/**
 * Sequences of requests from a grammar that is derived from the route table. Some are the same on each run and some are
 * new; `FUZZ_SEED` repeats one, and `FUZZ_ENGINE` uses one engine only.
 */
import { expect, test } from "bun:test";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { CALLS, nameOf, ROUTES } from "./calls.ts";
import { fuzz } from "./fuzz.ts";
import { seedOf } from "./seed.ts";

const { FUZZ_ENGINE, FUZZ_REQUESTS, FUZZ_SEED } = process.env;
const FIXED_SEED = 20_261_130;
const TIMEOUT_MS = 240_000;

interface Run {
  readonly engine: string;
  readonly seed: number;
  readonly requests: number;
  /** Long enough that every route must occur. */
  readonly isLong?: true;
}

const RUNS: readonly Run[] = [
  { engine: "memory", seed: FIXED_SEED, requests: 2500, isLong: true },
  { engine: "sqlite", seed: FIXED_SEED, requests: 2500, isLong: true },
  { engine: "sqlite", seed: seedOf(FUZZ_SEED), requests: 1000 },
  { engine: "mysql", seed: seedOf(FUZZ_SEED), requests: 400 },
];

const runs =
  FUZZ_SEED === undefined ? RUNS : RUNS.slice(1).with(0, { engine: "memory", seed: seedOf(FUZZ_SEED), requests: 1000 });

for (const { engine, seed, requests, isLong } of runs.filter((run) => run.engine === (FUZZ_ENGINE ?? run.engine))) {
  const isMissing = engine === "mysql" && mariadbIsMissing();
  test.skipIf(isMissing)(
    `${engine}, from seed ${seed}: nothing is answered that is not documented, and no sum is wrong`,
    async () => {
      const tally = await fuzz({ engine, seed, requests: Number(FUZZ_REQUESTS ?? requests) });
      console.log(`fuzz: ${engine}, FUZZ_SEED=${seed}: ${tally.summary()}`);
      if (!isLong) return;
      const untried = ROUTES.map(nameOf).filter((route) => tally.statusesOf(route).size === 0);
      expect(untried).toEqual([]);
      expect(tally.statusesOf("no method of its path").get(405)).toBeGreaterThan(0);
      expect(CALLS.length).toBeGreaterThan(ROUTES.length);
    },
    TIMEOUT_MS,
  );
}
