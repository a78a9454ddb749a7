import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isLeftOut } from "../../harness/missing-part.ts";
import { APP_KEY, OPERATOR_KEY, UsermetaProcess } from "../../harness/usermeta-process.ts";
import { temporaryFolder } from "../../store/sqlite-fixture.ts";
import { recordFigure } from "../figures.ts";
import { IS_IN_FULL, sharePart } from "../in-full.ts";
import { SizeWatch } from "./size-watch.ts";
import { runSoak } from "./soak-process.ts";
import { makeSoakStore } from "./soak-store.ts";

const REQUESTS = sharePart(20_000_000, 2);
const CONNECTIONS = 64;
const USERS_EACH = 100;
/** The growth of a process from minutes to hours: the allocator's fragments and caches that fill late. */
const GROWTH_BYTES_MAX = 33_554_432;
/** After a burst the log shrinks to 64 MiB; a checkpoint is due at 4 MB. */
const LOG_BYTES_MAX = 83_886_080;
const SLOWER_MAX = 1.2;
const MIB = 1_048_576;
const TIMEOUT_MS = 7_200_000;

const LEFT_OUT = isLeftOut(existsSync("/proc/self/status"), "that memory stays level: this system has no /proc");

/**
 * One server through millions of mixed requests, every answer checked against the only right one: the server keeps
 * every acknowledged change, and neither its memory nor its log nor its answers' time grow.
 */
test.skipIf(LEFT_OUT)(
  `${REQUESTS.toLocaleString("en")} mixed requests: every answer is right, and nothing grows`,
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "usermeta.db");
    await makeSoakStore(path, CONNECTIONS, USERS_EACH);
    await using server = new UsermetaProcess(`sqlite:${path}`, { BUN_JSC_gcMaxHeapSize: "16777216" });
    const origin = await server.origin();
    using sizes = new SizeWatch(server.pid, path);
    const base = `/${APP_KEY}/metadata/user`;
    const seed = IS_IN_FULL ? Date.now() % 1_000_000 : 1;
    console.log(`seed of the soak: ${seed}`);
    const p99s: number[] = [];
    const job = { port: Number(new URL(origin).port), base, token: OPERATOR_KEY };
    const result = await runSoak(
      { ...job, connections: CONNECTIONS, usersEach: USERS_EACH, requests: REQUESTS, seed },
      (p99Ms) => p99s.push(p99Ms),
    );

    expect(result.wrong).toEqual([]);
    expect(result.wrongCount).toBe(0);
    const capacity = await fetch(`${origin}${base}/capacity`, { headers: { Authorization: `Bearer ${OPERATOR_KEY}` } });
    expect(await capacity.json()).toMatchObject({ data: result.bytes });
    expect(server.count("requestFailed")).toBe(0);
    expect(sizes.logBytesMax).toBeLessThan(LOG_BYTES_MAX);

    const [first = 0, last = 0] = [p99s[0], p99s.at(-1)];
    recordFigure("soak: requests, each answer checked", result.requests);
    recordFigure("soak: load held, requests a second", Math.round(result.requests / result.seconds));
    recordFigure("soak: wrong answers, and acknowledged writes lost", result.wrongCount);
    recordFigure("soak: p99 of the last tenth over the first", (last / first).toFixed(2));
    recordFigure("soak: memory at most, MiB", Math.round(sizes.memoryBytesMax / MIB));
    recordFigure("soak: growth of memory after the warm-up, MiB", (sizes.memoryGrowthBytes / MIB).toFixed(1));
    recordFigure("soak: write-ahead log at most, MiB", (sizes.logBytesMax / MIB).toFixed(1));
    // A short run has not warmed up before it ends.
    if (!IS_IN_FULL) return;
    expect(sizes.memoryGrowthBytes).toBeLessThan(GROWTH_BYTES_MAX);
    expect(last / first).toBeLessThanOrEqual(SLOWER_MAX);
  },
  TIMEOUT_MS,
);
