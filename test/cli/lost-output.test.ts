import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const USERMETA = `"${process.execPath}" "${MAIN}"`;

/** Of a shell's line, in which `$USERMETA` is the program. */
async function shell(folder: string, line: string) {
  const child = Bun.spawn(["bash", "-c", line], {
    cwd: folder,
    env: { ...process.env, USERMETA_LISTEN: "127.0.0.1:0", USERMETA_LOG: "json" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [code, out, err] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code, out, err };
}

/** A key's file that is gone is a line in the log for each SIGHUP. */
const SERVE = `echo an-operator-key-of-tests >key; USERMETA_OPERATOR_KEY_FILE=key ${USERMETA} serve`;
const KEPT = `echo $! >pid; wait $!; echo $? >code`;

/** Makes a server log again and again, and then ends it. */
async function expectGoesOn(folder: string, shown: string): Promise<void> {
  const file = (name: string): string => readFileSync(join(folder, name), "utf8");
  const url = await eventually(async () => {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(file(shown))?.[0];
    if (found === undefined) throw new Error("it does not serve yet");
    return found;
  }, 20_000);
  const pid = Number(file("pid"));
  rmSync(join(folder, "key"));
  for (let time = 0; time < 20; time++) {
    process.kill(pid, "SIGHUP");
    expect((await fetch(`${url}/-/ready`)).status).toBe(200);
  }
  process.kill(pid, "SIGTERM");
  await eventually(async () => expect(file("code")).toBe("0\n"), 20_000);
}

test("a server keeps serving when its log and output are no longer read", async () => {
  using folder = temporaryFolder();
  const running = shell(folder.path, `(${SERVE} 2>&1 >/dev/null & ${KEPT}) | head -n 1 >first`);
  await expectGoesOn(folder.path, "first");
  await running;
}, 60_000);

test("a command whose reader has gone does not report it and completes", async () => {
  using folder = temporaryFolder();
  const { out, err } = await shell(
    folder.path,
    `for i in 1 2 3; do ${USERMETA} app create org/app$i | head -c 0; echo "\${PIPESTATUS[0]}"; done; ${USERMETA} app list`,
  );
  expect(err).toBe("");
  expect(out).toStartWith("0\n0\n0\n");
  for (const app of [1, 2, 3]) expect(out).toContain(`org/app${app}`);
}, 30_000);

describe.skipIf(isLeftOut(existsSync("/dev/full"), "output to a full disk: there is no /dev/full"))(
  "a full disk",
  () => {
    test("a server whose log cannot be written keeps serving", async () => {
      using folder = temporaryFolder();
      const running = shell(folder.path, `(${SERVE} 2>/dev/full >out & ${KEPT})`);
      await expectGoesOn(folder.path, "out");
      await running;
    }, 60_000);

    test("a command whose answer cannot be written says so in one line and fails", async () => {
      using folder = temporaryFolder();
      const { code, err } = await shell(folder.path, `${USERMETA} app create org/app >/dev/full`);
      expect(err).toMatch(/^usermeta: it is done, but the answer could not be written: ENOSPC.*\n$/);
      expect(code).toBe(1);
    }, 30_000);
  },
);
