import { expect, test } from "bun:test";
import { join } from "node:path";
import { withStoreInUse } from "../../src/cli/terminal/with-store-in-use.ts";
import { loaded } from "../config/load-input.ts";
import { Cli } from "./cli.ts";

/** The commands between backquotes, as a shell would split them. */
function hintsIn(text: string): string[][] {
  return [...text.matchAll(/`usermeta ([^`]+)`/g)].map(([, line = ""]) => shellWords(line));
}

function shellWords(line: string): string[] {
  const { stdout } = Bun.spawnSync(["sh", "-c", `printf '%s\\n' ${line}`]);
  return stdout.toString().trimEnd().split("\n");
}

test("a hint names the store in use, in quotes, and works when it is pasted", async () => {
  using cli = new Cli();
  const store = "sqlite:it's here/a b.db";
  await cli.ok(["app", "create", "a/b", "--store", store]);
  for (const options of [
    { line: ["--store", store], env: {} },
    { line: [], env: { USERMETA_STORE: store } },
  ]) {
    const { code, err } = await cli.run(["app", "show", "a/c", ...options.line], { env: options.env });
    const [hint = [], ...more] = hintsIn(err);
    expect([code, hint, more]).toEqual([
      1,
      ["app", "list", "--store", `sqlite:${join(cli.folder, store.slice(7))}`],
      [],
    ]);
    expect(await cli.ok(hint)).toContain("a/b");
  }
});

test("a hint for the default store names none", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const { err } = await cli.run("app show a/c");
  expect(err).toBe('usermeta: there is no app "a/c": see `usermeta app list`\n');
});

test("a hint calls the program as it was started", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  await cli.ok("user create a/b ada");
  for (const [event, owner, name] of [
    ["usermeta", "usermeta", "npm run -s usermeta --"],
    ["start", "usermeta", "npm run -s usermeta --"],
    ["npx", "chat", "npx usermeta"],
    ["test", "usermeta", "usermeta"],
    ["start", "chat", "usermeta"],
  ] as const) {
    const env = { npm_lifecycle_event: event, npm_package_name: owner };
    expect((await cli.run("app show a/c", { env })).err).toContain(`see \`${name} app list\``);
    expect((await cli.run("frobnicate", { env })).err).toContain(`see \`${name} help\``);
    expect(await cli.ok("user list a/b --limit 1", { env })).toContain(`more: ${name} user list a/b --limit 1`);
  }
});

test("the rest of a list is a command to paste", async () => {
  using cli = new Cli();
  const store = ["--store", "sqlite:it's.db"];
  await cli.ok(["app", "create", "a/b", ...store]);
  for (const user of ["ada", "bob"]) await cli.ok(["user", "create", "a/b", user, ...store]);
  const [, line = ""] =
    /^more: usermeta (.*)$/m.exec(await cli.ok(["user", "list", "a/b", "--limit", "1", ...store])) ?? [];
  const first = (await cli.ok(["user", "list", "a/b", "--limit", "1", ...store])).includes("ada ") ? "bob" : "ada";
  expect(await cli.ok(shellWords(line))).toContain(`${first} `);
});

test("a server without apps names its store in the command that creates one", async () => {
  using cli = new Cli();
  const serving = await cli.serve("--store sqlite:other.db");
  const [, line = ""] = /usermeta (app create .*)$/m.exec(serving.out()) ?? [];
  const words = shellWords(line.replace("ORG/APP", "a/b"));
  expect(words).toEqual(["app", "create", "a/b", "--store", `sqlite:${join(cli.folder, "other.db")}`]);
  await cli.ok(words);
  expect(await cli.json("app list --store sqlite:other.db")).toHaveLength(1);
  await serving.stop();
});

function hint(env: Readonly<Record<string, string>>, flags: Readonly<Record<string, string>> = {}): string {
  const use = { loaded: loaded({ env, flags }), io: { env } };
  return withStoreInUse(["see `usermeta migrate`"], use).join();
}

test("a hint never holds a password, and works with the environment as it is", () => {
  const apart = { USERMETA_STORE: "mysql://ada@db/chat", USERMETA_STORE_PASSWORD: "hush" };
  const shown = "see `usermeta migrate --store 'mysql://ada@db:3306/chat'`";
  expect(hint(apart)).toBe(shown);
  expect(hint({ USERMETA_STORE_PASSWORD: "hush" }, { store: "mysql://ada@db/chat" })).toBe(shown);
  expect(hint({ USERMETA_STORE: "mysql://ada:hush@db/chat" })).toBe("see `usermeta migrate`");
});

test("only commands that take a store are completed", () => {
  const env = { USERMETA_STORE: "sqlite:/x.db" };
  const use = { loaded: loaded({ env }), io: { env } };
  const lines = ["see `usermeta help app list`", "see `usermeta copy`", "`usermeta` and `usermeta app list`"];
  expect(withStoreInUse(lines, use)).toEqual([
    "see `usermeta help app list`",
    "see `usermeta copy`",
    "`usermeta` and `usermeta app list --store 'sqlite:/x.db'`",
  ]);
});
