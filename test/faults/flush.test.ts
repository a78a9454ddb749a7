import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isLeftOut } from "../harness/missing-part.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { TRACER, type TracedSet, tracedSets } from "./flush-trace.ts";
import { type Flushing, ServerProcess, USERS } from "./server-process.ts";

/** `kill -9` cannot show that a write is on disk, because the page cache survives it; a trace of system calls can. */
const CAN_TRACE = Bun.which("strace") !== null && Bun.spawnSync(["strace", "-o", "/dev/null", "true"]).success;
const NO_TRACE = isLeftOut(CAN_TRACE, "that an acknowledged set is on disk: there is no strace that works here");

const SETS = 30;

test.skipIf(NO_TRACE)(
  "between a set's arrival and its 200 a flush of the log has begun and ended",
  async () => {
    for (const [inFlight, workers] of [
      [1, 1],
      [8, 1],
      [8, 2],
    ] as const) {
      const sets = await traced("flushed", inFlight, workers);
      expect(sets).toHaveLength(inFlight * SETS);
      expect(sets.filter(({ flushes }) => flushes === 0)).toEqual([]);
    }
  },
  60_000,
);

test.skipIf(NO_TRACE)(
  "the same look finds no flush when flushing is switched off",
  async () => {
    const sets = await traced("unflushed", 1, 1);
    expect(sets).toHaveLength(SETS);
    expect(sets.filter(({ flushes }) => flushes > 0)).toEqual([]);
  },
  60_000,
);

async function traced(flushing: Flushing, inFlight: number, workers: number): Promise<TracedSet[]> {
  using folder = temporaryFolder();
  const trace = join(folder.path, "trace");
  const path = join(folder.path, "usermeta.db");
  const server = await ServerProcess.start(path, { flushing, workers, tracer: [...TRACER, "-o", trace] });
  try {
    let sets = 0;
    await Promise.all(
      USERS.slice(0, inFlight).map(async (user) => {
        for (let set = 0; set < SETS; set++) {
          sets += 1;
          const { status } = await server.set(user, { mark: `mark-${sets}-end` });
          expect(status).toBe(200);
        }
      }),
    );
  } finally {
    expect(await server.end("SIGTERM")).toBe(0);
  }
  return tracedSets(readFileSync(trace, "utf8"));
}
