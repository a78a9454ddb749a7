import { expect, test } from "bun:test";
import { join } from "node:path";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

const MEANINGLESS = ["SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGWINCH", "SIGHUP"];

test("only the stop signals end a server", async () => {
  using folder = temporaryFolder();
  await using server = new UsermetaProcess(`sqlite:${join(folder.path, "usermeta.db")}`, { USERMETA_WORKERS: "2" });
  const origin = await server.origin();
  for (const signal of MEANINGLESS) {
    Bun.spawnSync(["kill", "-s", signal.slice(3), String(server.pid)]);
    expect((await fetch(`${origin}/-/health`)).status).toBe(200);
    // Were it ending, it would not stay for the answers to these.
    for (let time = 0; time < 20; time++) await (await fetch(`${origin}/-/ready`)).text();
  }
  expect(await server.end("SIGTERM")).toBe(0);
}, 30_000);

test("a server that is told to reload its secrets while it waits for its store keeps waiting", async () => {
  await using server = new UsermetaProcess("mysql://nobody@127.0.0.1:1/usermeta");
  await server.logged("storeUnreachable");
  for (const signal of ["HUP", "USR1"]) Bun.spawnSync(["kill", "-s", signal, String(server.pid)]);
  expect(await server.end("SIGTERM")).toBe(0);
}, 40_000);
