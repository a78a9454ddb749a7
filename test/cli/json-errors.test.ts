import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/cli/terminal/run.ts";
import { Cli, type CliOptions, type Ended } from "./cli.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const ENV = { USERMETA_OPERATOR_KEY: "operator-of-the-cli-tests" };

/** Expects the error object on stdout and nothing else there, and the same messages as lines on stderr. */
function expectError({ code, out, err }: Ended, exit: 1 | 2, refusal: string | null): readonly string[] {
  const { error, ...rest } = JSON.parse(out);
  const { messages } = error;
  expect({ code, error, rest }).toEqual({ code: exit, error: { exit, code: refusal, messages }, rest: {} });
  expect(messages.length).toBeGreaterThan(0);
  expect(err).toEndWith(messages.map((message: string) => `usermeta: ${message}\n`).join(""));
  return messages;
}

async function cliWithUser(): Promise<Cli> {
  const cli = new Cli();
  await cli.ok("app create a/b");
  await cli.ok("user create a/b ada");
  return cli;
}

const MISTAKES = [
  "--json",
  "app --json",
  "frobnicate --json",
  "--json app lst",
  "app list --jsno --json",
  "--frobnicate --json app list",
  "serve --json",
  "app show --json",
  "app show a/b c --json",
  "app set a/b --batch-max --json",
  "app set a/b --batch-max 0 --dialect 1 --json",
  "app create nonsense --json",
  "app list --json --store nonsense",
  "app list --json --store memory:",
  "app list --json --store sqlite:gone.db",
  "copy --json",
  "user delete a/b ada --json",
  "token revoke a/b --json",
  "help frobnicate --json",
];

for (const line of MISTAKES) {
  test(`\`usermeta ${line}\`: the mistake is an error object with exit 2`, async () => {
    using cli = new Cli();
    if (line.includes("user delete")) await cli.ok("app create a/b");
    expectError(await cli.run(line), 2, null);
  });
}

test("every mistake of the configuration is a message", async () => {
  using cli = new Cli();
  const env = { USERMETA_BATCH_MAX: "0", USERMETA_LISTN: "x" };
  expect(expectError(await cli.run("config --json", { env }), 2, null)).toEqual([
    "USERMETA_LISTN is not an option: did you mean USERMETA_LISTEN?",
    'USERMETA_BATCH_MAX="0": must be a whole number from 1 to 1000',
  ]);
});

const REFUSALS: readonly (readonly [line: string, code: string | null, options?: CliOptions])[] = [
  ["app create a/b", null],
  ["app show a/c", "app_unknown"],
  ["app set a/c --batch-max 7", "app_unknown"],
  ["user create a/c ada", "app_unknown"],
  ["user create a/b ada", "user_taken"],
  ["user create a/b ada --password-stdin", "user_taken", { stdin: "x\n" }],
  ["user create a/b adá", "user_name_illegal"],
  [`user create a/b ${"x".repeat(65)}`, "user_name_too_long"],
  [`user create a/b bob --nickname ${"x".repeat(101)}`, "nickname_too_long"],
  ["user create a/b bob --password-stdin", "password_too_long", { stdin: "x".repeat(65) }],
  ["user show a/b bob", "user_unknown"],
  ["user delete a/b bob --yes", "user_unknown"],
  ["user delete a/b ada", null, { terminal: true, stdin: "no\n" }],
  ["user list a/b --after bob", "user_unknown"],
  ["token issue a/b --user bob", "grant_user_unknown"],
  ["token revoke a/b --user bob", "user_unknown"],
];

test("a refusal is an error object with exit 1 and the server's code, where it has one", async () => {
  using cli = await cliWithUser();
  for (const [line, code, options] of REFUSALS) expectError(await cli.run(`${line} --json`, options), 1, code);
});

test("through --url the code and the messages are those of a command on the store itself", async () => {
  using cli = await cliWithUser();
  const lines = [
    ["user create a/b ada", {}],
    ["user create a/b ada --password-stdin", { stdin: "x\n" }],
    ["user create a/b adá", {}],
    [`user create a/b bob --nickname ${"x".repeat(101)}`, {}],
    ["user delete a/b bob --yes", {}],
  ] as const;
  const local = new Map<string, Ended>();
  for (const [line, options] of lines) local.set(line, await cli.run(`${line} --json`, { env: ENV, ...options }));
  const serving = await cli.serve("", { env: ENV });
  for (const [line, options] of lines) {
    const ended = await cli.run(`${line} --json --url ${serving.server}`, { env: ENV, ...options });
    expect(ended).toEqual(local.get(line) as Ended); // as: it was set above
  }
  for (const app of ["a/c", "nonsense"]) {
    const unknown = await cli.run(`user create ${app} ada --json --url ${serving.server}`, { env: ENV });
    expect(expectError(unknown, 1, "app_unknown")).toEqual([
      `there is no app "${app}" on the server at ${serving.server}`,
    ]);
  }
  const env = { USERMETA_OPERATOR_KEY: "some-other-operator-key" };
  const [denied] = expectError(await cli.run(`user create a/b bob --json --url ${serving.server}`, { env }), 1, null);
  expect(denied).toContain("does not accept this USERMETA_OPERATOR_KEY (401)");
  expectError(await cli.run("user create a/b bob --json", { env: ENV }), 1, null);
  await serving.stop();
  const [gone] = expectError(
    await cli.run(`user create a/b bob --json --url ${serving.server}`, { env: ENV }),
    1,
    null,
  );
  expect(gone).toContain("cannot be reached");
  for (const url of ["8080", ":8080", "127.0.0.1:8080"]) {
    const [wrong] = expectError(await cli.run(`user create a/b bob --json --url ${url}`, { env: ENV }), 2, null);
    expect(wrong).toMatch(/: did you mean http:\/\/(127\.0\.0\.1|\[::1\]):8080\?$/);
  }
});

test("a store that cannot be opened is an error object", async () => {
  using cli = new Cli();
  writeFileSync(join(cli.folder, "text.db"), "this is no database, but long enough to be taken for one".repeat(20));
  mkdirSync(join(cli.folder, "folder.db"));
  for (const file of ["text.db", "folder.db"])
    expectError(await cli.run(`app list --json --store sqlite:${file}`), 2, null);
  const env = { USERMETA_STORE: "mysql://ada:hush1815@127.0.0.1:1/chat" };
  const [message] = expectError(await cli.run("app list --json", { env }), 1, null);
  expect(message).not.toContain("hush1815");
});

test("a fault of the program is an error object, and its stack is on stderr alone", async () => {
  using cli = await cliWithUser();
  const stdin = (async function* (): AsyncGenerator<string> {
    yield "half a password";
    throw new TypeError("boom");
  })();
  const { code, out, err } = await cli.run("user create a/b bob --password-stdin --json", { stdin });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    error: { exit: 1, code: null, messages: [expect.stringMatching(/^an unexpected fault: TypeError/)] },
  });
  expect(err).toContain("json-errors.test.ts");
});

test("a result that says no keeps its own form, and a success writes its result alone", async () => {
  using cli = await cliWithUser();
  const no = await cli.run("token check a/b garbage --json");
  expect([no.code, no.err, JSON.parse(no.out)]).toEqual([1, "", expect.objectContaining({ valid: false })]);
  const yes = await cli.run("app list --json");
  expect([yes.code, yes.err, JSON.parse(yes.out)]).toEqual([0, "", [expect.objectContaining({ app: "a/b" })]]);
});

test("a result that could not be written whole is followed by nothing", async () => {
  using cli = new Cli();
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(["app", "create", "a/b", "--json"], {
    stdout: { write: (text) => out.push(text), written: async () => new Error("ENOSPC: no space left on device") },
    stderr: { write: (text) => err.push(text) },
    stdin: (async function* () {})(),
    env: {},
    cwd: cli.folder,
    stopSignal: () => new AbortController().signal,
    onHangup: () => {},
    onCrash: () => {},
  });
  expect([code, out.length]).toEqual([1, 1]);
  expect(JSON.parse(out.join(""))).toMatchObject({ app: "a/b" });
  expect(err).toEqual([expect.stringContaining("it is done, but the answer could not be written: ENOSPC")]);
});

test("without --json stdout stays empty", async () => {
  using cli = await cliWithUser();
  for (const [line] of REFUSALS) expect((await cli.run(line)).out).toBe("");
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} ends a command with --json by an error object, and any other as signals do`, async () => {
    using cli = await cliWithUser();
    const start = (...flags: string[]) =>
      Bun.spawn([process.execPath, MAIN, ...flags, "user", "create", "a/b", "bob", "--password-stdin"], {
        cwd: cli.folder,
        env: { PATH: process.env.PATH ?? "", HOME: cli.folder },
        stdio: ["pipe", "pipe", "pipe"],
      });
    await using child = start("--json");
    // By the time that it has been asked for its version, a program that was started before waits for its input.
    await Bun.spawn([process.execPath, MAIN, "--version"]).exited;
    child.kill(signal);
    const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    expect(expectError({ code, out, err }, 1, null)).toEqual(["interrupted: the command may have been carried out"]);
    await using other = start();
    await Bun.spawn([process.execPath, MAIN, "--version"]).exited;
    other.kill(signal);
    await other.exited;
    expect([other.signalCode, await other.stdout.text()]).toEqual([signal, ""]);
  }, 30_000);
}
