/**
 * `npm run test:long`: tests that take too long for `npm test`. Each part prints its figures, and the last line is the
 * tests' own count. `LONG_SECONDS` is the length of each test, 20 unless it is set; with fewer, counted work
 * (requests, kills) is shortened too.
 */
import type { Outcome } from "./junit.ts";
import { LONG_PARTS, reportMissingParts } from "./parts.ts";
import { emptyReports, type Phase, runPhase, sumUp } from "./phase.ts";
import { printFigures } from "./print-figures.ts";

const SECONDS = process.env.LONG_SECONDS ?? "20";
if (!(Number(SECONDS) > 0)) throw new Error(`LONG_SECONDS: ${SECONDS} is no number of seconds`);
/** More than the number of tests in any part. */
const TESTS_MAX = 200;
/** For a test's start and end. */
const OVERHEAD_S = 15;

/** One after the other: each is about load. */
const PHASES: readonly Phase[] = [
  // A greedy client of every kind beside a modest one.
  { name: "starvation", files: ["test/starvation/starvation.test.ts"] },
  // Requests from a grammar: as many as LONG_SECONDS asks for.
  { name: "fuzz", files: ["test/long/fuzz.test.ts"] },
  // slowhttptest in all its modes.
  { name: "slow-clients", files: ["test/long/slow-clients.test.ts"] },
  // Thousands of connections, and connections up to the limit.
  { name: "connections", files: ["test/long/connections.test.ts", "test/long/overload.test.ts"] },
  // Millions of requests to one server, and servers that are killed: fewer of both where LONG_SECONDS is less than 20.
  { name: "soak", files: ["test/long/soak/soak.test.ts"] },
  { name: "kills", files: ["test/long/kills.test.ts"] },
  // Servers stopped at random moments, in every state of their stores.
  { name: "stops", files: ["test/long/stops.test.ts"] },
  // Tests whose length does not depend on LONG_SECONDS.
  {
    name: "patient",
    files: [
      "test/long/bench.test.ts",
      "test/long/locked-command.test.ts",
      "test/long/locked-store.test.ts",
      "test/long/outside-calls.test.ts",
      "test/long/same-time.test.ts",
      "test/long/slow-body.test.ts",
      "test/store/mysql-locked-rows.test.ts",
    ],
  },
];

const timeoutMs = TESTS_MAX * (Number(SECONDS) + OVERHEAD_S) * 1000;

emptyReports();
const results: Outcome[] = [];
for (const phase of PHASES) {
  results.push(await runPhase({ ...phase, env: { LONG_SECONDS: SECONDS }, timeoutMs, isShown: true }));
}
printFigures();
sumUp([...results, reportMissingParts(LONG_PARTS)]);
