/**
 * One greedy client beside a modest one, for everything that can run out. `npm run test:long` runs every row on each of
 * its engines, for `LONG_SECONDS`; `npm test` the first row of some resources, on one engine, for a moment.
 */
import { describe, test } from "bun:test";
import { RESOURCES, type Resource } from "../../src/core/admission/resources.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import type { Engine } from "./row.ts";
import { ROWS } from "./rows.ts";
import { runRow } from "./run-row.ts";

const LONG = process.env.LONG_SECONDS;
const SECONDS = Number(LONG ?? 1);
/** The others are in the tests of their own limits. */
const IN_SHORT: readonly Resource[] = ["thread", "hashing", "bodies", "answers", "writes"];
/** For its start, its end, and the modest client alone. */
const OVERHEAD_MS = 60_000;

function isImpossible(engine: Engine): boolean {
  return engine === "mysql" && mariadbIsMissing();
}

for (const resource of LONG === undefined ? IN_SHORT : RESOURCES) {
  describe(resource, () => {
    for (const row of ROWS[resource].slice(0, LONG === undefined ? 1 : undefined)) {
      for (const engine of (row.engines ?? ["sqlite"]).slice(0, LONG === undefined ? 1 : undefined)) {
        test.skipIf(isImpossible(engine))(
          `${row.name} (${engine})`,
          () => runRow({ resource, row, engine, seconds: SECONDS }),
          SECONDS * 1000 + OVERHEAD_MS,
        );
      }
    }
  });
}
