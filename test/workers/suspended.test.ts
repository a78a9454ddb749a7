import { expect, test } from "bun:test";
import { join } from "node:path";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

/** Longer than a thread may be silent. */
const SUSPENDED_MS = 10_000;

test("a server that is suspended and resumed replaces none of its threads", async () => {
  using folder = temporaryFolder();
  await using server = new UsermetaProcess(`sqlite:${join(folder.path, "usermeta.db")}`, { USERMETA_WORKERS: "2" });
  const origin = await server.origin();
  for (let time = 0; time < 2; time++) {
    process.kill(server.pid, "SIGSTOP");
    // The time itself is under test.
    await Bun.sleep(SUSPENDED_MS);
    process.kill(server.pid, "SIGCONT");
    const from = performance.now();
    while (performance.now() - from < 2000) expect((await fetch(`${origin}/-/health`)).status).toBe(200);
  }
  expect(server.log).not.toContain("threadSilent");
  expect(server.log).not.toContain("Ended");
  expect(await server.end("SIGTERM")).toBe(0);
}, 60_000);
