import { expect, test } from "bun:test";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { send, signIn } from "../harness/client.ts";
import { Cli } from "./cli.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const USERS = 150;
const NICKNAME = "😀".repeat(100);

/** What succeeds, in an order in which each line finds what it needs; a row for each command but `serve`. */
const LINES = [
  "app create a/c",
  "app list",
  "app show a/b",
  "app set a/b --batch-max 7",
  "app rotate-secret a/b",
  "app delete a/c --yes",
  "user create a/b ada",
  "user list a/b",
  "user show a/b ada",
  "token issue a/b --user ada",
  "token check a/b garbage",
  "token revoke a/b --all",
  "token rotate-key",
  "user delete a/b ada --yes",
  "migrate",
  "copy --from sqlite:data/usermeta.db --to sqlite:copy.db",
  "config",
];

/** The exit code of a program whose reader has gone before it writes, and everything else that is printed. */
async function intoClosedPipe(cli: Cli, line: string, redirection = "") {
  const program = `"${process.execPath}" "${MAIN}" ${line} ${redirection}`;
  const child = Bun.spawn(["bash", "-c", `(sleep 0.1; ${program}) | true; exit "\${PIPESTATUS[0]}"`], {
    cwd: cli.folder,
    env: { PATH: process.env.PATH ?? "", HOME: cli.folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
}

test("every command ends quietly, and is carried out, when its reader has gone", async () => {
  const others = COMMANDS.map(({ name }) => name).filter((name) => name !== "serve");
  expect(LINES.map((line) => others.find((name) => line.startsWith(name)) ?? "").toSorted()).toEqual(others.toSorted());
  using cli = new Cli();
  await cli.ok("app create a/b");
  for (const line of LINES) {
    const code = line.startsWith("token check") ? 1 : 0;
    expect([line, await intoClosedPipe(cli, line)]).toEqual([line, { code, out: "", err: "" }]);
  }
  expect(await cli.json("app list")).toEqual([expect.objectContaining({ app: "a/b", batchMax: 7 })]);
  expect(await cli.json("app list --store sqlite:copy.db")).toHaveLength(1);
}, 60_000);

test("help, the version and errors end quietly as well, also when stderr has no reader", async () => {
  using cli = new Cli();
  for (const [line, code] of [
    ["--help", 0],
    ["help user create", 0],
    ["-v", 0],
    ["", 2],
    ["frobnicate --json", 2],
    ["app list --json", 2],
    ["app list --store nonsense", 2],
  ] as const) {
    expect([line, await intoClosedPipe(cli, line, "2>&1")]).toEqual([line, { code, out: "", err: "" }]);
  }
}, 60_000);

test("a result that is larger than a pipe ends quietly after the lines that its reader took", async () => {
  using cli = new Cli();
  const credentials = await cli.json("app create a/b --rate-per-second 0");
  const serving = await cli.serve();
  const { token } = await signIn({ base: `${serving.server}/a/b`, credentials });
  for (let first = 0; first < USERS; first += 50) {
    const json = Array.from({ length: 50 }, (_, index) => {
      return { username: `user${first + index}`, password: "x", nickname: NICKNAME };
    });
    expect((await send("POST", `${serving.server}/a/b/users`, { token, json })).status).toBe(200);
  }
  await serving.stop();
  for (const flag of ["", "--json"]) {
    const whole = await cli.ok(`user list a/b --limit ${USERS} ${flag}`.trim());
    expect(Buffer.byteLength(whole)).toBeGreaterThan(65_536);
    const program = `"${process.execPath}" "${MAIN}" user list a/b --limit ${USERS} ${flag}`;
    const child = Bun.spawn(["bash", "-c", `${program} | head -n 1; exit "\${PIPESTATUS[0]}"`], {
      cwd: cli.folder,
      env: { PATH: process.env.PATH ?? "", HOME: cli.folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    expect([code, out.split("\n").length, err]).toEqual([0, 2, ""]);
  }
}, 60_000);
