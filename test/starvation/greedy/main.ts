/** A greedy client as a separate process: `main.ts RESOURCE ROW`. Prints that it has begun; at SIGTERM, its answers. */
import { RESOURCES } from "../../../src/core/admission/resources.ts";
import type { Target } from "../row.ts";
import { ROWS } from "../rows.ts";
import { Pace } from "./pace.ts";
import { greedyPart } from "./process.ts";

const [, , named, index] = process.argv;
const { target, isLong } = greedyPart();
const resource = RESOURCES.find((name) => name === named);
const row = resource && ROWS[resource][Number(index)];
if (row === undefined) throw new Error(`no row ${index} of ${named}`);

const ending = new AbortController();
process.once("SIGTERM", () => ending.abort());
const pace = new Pace(ending.signal, isLong);
console.log("begun");
await run(row.greedy, target);
console.log(JSON.stringify(pace.statuses));
process.exit(0);

async function run(greedy: (target: Target, pace: Pace) => Promise<void>, at: Target): Promise<void> {
  await greedy(at, pace);
  await pace.end();
}
