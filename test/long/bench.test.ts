import { expect, test } from "bun:test";
import { join } from "node:path";
import { runWrk, type WrkLoad } from "../../bench/load/wrk.ts";
import { usermetaRequests } from "../../bench/sides/usermeta-requests.ts";
import { isLeftOut } from "../harness/missing-part.ts";

const PROGRAMS = ["wrk", "nginx", "redis-server", "webdis", "taskset"];
const MISSING = PROGRAMS.filter((program) => Bun.which(program, { PATH: `${process.env.PATH}:/usr/sbin` }) === null);
const LEFT_OUT = isLeftOut(MISSING.length === 0, `that the benchmark runs: there is no ${MISSING.join(", no ")}`);

/** Tests check that speed can be measured, not the speed itself. */
test.skipIf(LEFT_OUT)(
  "the benchmark starts every side, measures it, compares the answers and says for each goal how it stands",
  async () => {
    const main = join(import.meta.dir, "../../bench/main.ts");
    const command = [process.execPath, main, "get", "batch", "set", "--seconds=1", "--rounds=1", "--no-write"];
    const bench = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    const report = await new Response(bench.stdout).text();
    expect(await bench.exited).toBe(0);
    const sides = [
      "nginx, static file",
      "webdis, HGETALL",
      "webdis, HSET",
      "bare Bun.serve, get",
      "bare Bun.serve, batch of 100",
      "usermeta, get",
      "usermeta, set",
      "MGET of 100",
      "batch of 100, Chinese",
      "batch of 100 of 400 bytes",
      "1 not in memory",
    ];
    for (const side of sides) expect(report).toContain(side);
    for (const goal of ["over nginx", "over webdis HGETALL", "over webdis MGET", "over webdis HSET"]) {
      expect(report).toContain(goal);
    }
    expect(report).not.toMatch(/another answer|socket error/i);
    expect(report).toContain("Only the ratios count");
  },
  180_000,
);

test.skipIf(LEFT_OUT)(
  "every set of the benchmark changes something, also of a second load with the same users",
  async () => {
    const stored = new Map<string, string>();
    let unchanged = 0;
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const body = await request.text();
        if (stored.get(request.url) === body) unchanged += 1;
        stored.set(request.url, body);
        return new Response();
      },
    });
    const load: WrkLoad = {
      port: server.port ?? 0,
      request: usermetaRequests("token").set,
      draw: { kind: "uniform", count: 100_000 },
      seconds: 1,
      seed: 1,
    };
    const signal = AbortSignal.timeout(30_000);
    for (let time = 0; time < 2; time++) expect((await runWrk(load, signal)).requests).toBeGreaterThan(100);
    expect(unchanged).toBe(0);
  },
  30_000,
);
