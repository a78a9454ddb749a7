/**
 * `npm run test:cluster`: three servers on one database and on three nodes, through rates and faults. `CLUSTER_SECONDS` is
 * how long each fault lasts, 10 unless it is set. The last line is the tests' own count.
 */
import type { Outcome } from "./junit.ts";
import { CLUSTER_PARTS, isInstalled, reportMissingParts } from "./parts.ts";
import { emptyReports, runPhase, sumUp } from "./phase.ts";

const SECONDS = process.env.CLUSTER_SECONDS ?? "10";
if (!(Number(SECONDS) > 0)) throw new Error(`CLUSTER_SECONDS: ${SECONDS} is no number of seconds`);
/** Per second of a fault: there are some ten, each is prepared and checked afterwards, and some may run again. */
const TIMEOUT_MS = 600_000 + Number(SECONDS) * 60_000;

emptyReports();
const results: Outcome[] = [reportMissingParts(CLUSTER_PARTS)];
if (Object.keys(CLUSTER_PARTS).every(isInstalled)) {
  const files = ["faults", "full-app", "migration", "rates"].map((name) => `test/cluster/${name}.test.ts`);
  results.push(
    await runPhase({ name: "cluster", files, env: { CLUSTER_SECONDS: SECONDS }, timeoutMs: TIMEOUT_MS, isShown: true }),
  );
}
sumUp(results);
