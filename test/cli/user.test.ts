import { expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { Cli } from "./cli.ts";

const OPERATOR = { USERMETA_OPERATOR_KEY: "operator-of-the-cli-tests" };

async function cliWithApp(): Promise<Cli> {
  const cli = new Cli();
  await cli.ok("app create a/b");
  return cli;
}

test("user create without a password, and user show", async () => {
  using cli = await cliWithApp();
  const created = await cli.json("user create a/b Ada --nickname Countess");
  expect(created).toEqual({ app: "a/b", username: "ada", id: expect.any(String), created: expect.any(String) });
  expect(await cli.json("user show a/b ADA")).toEqual({
    username: "ada",
    id: created.id,
    nickname: "Countess",
    activated: true,
    hasPassword: false,
    created: created.created,
    modified: created.created,
    bytes: 0,
    lastModified: created.created,
    attributes: {},
  });
  expect(await cli.ok("user show a/b ada")).toMatch(/^password +none$/m);
});

test("user create takes a password from stdin only", async () => {
  using cli = await cliWithApp();
  await cli.ok("user create a/b ada --password-stdin", { stdin: "correct horse\n" });
  await cli.ok("user create a/b bob --password-stdin", { stdin: "x" });
  expect(await cli.json("user show a/b ada")).toMatchObject({ hasPassword: true });
  expect(await cli.run("user create a/b eve --password-stdin")).toMatchObject({ code: 2, out: "" });
  expect(await cli.run("user create a/b eve --password-stdin", { stdin: "x".repeat(65) })).toMatchObject({ code: 1 });
  expect(await cli.run("user create a/b eve --password secret")).toMatchObject({ code: 2 });
  expect(await cli.json("user list a/b")).toHaveLength(2);
  await using serving = await served(cli);
  const json = { grant_type: "password", username: "ada", password: "correct horse" };
  expect(await send("POST", `${serving.server}/a/b/token`, { json })).toMatchObject({ status: 200 });
});

test("user create refuses a name that is taken or illegal, and a nickname that is too long", async () => {
  using cli = await cliWithApp();
  await cli.ok("user create a/b ada");
  for (const [line, stdin] of [
    ["user create a/b ADA", ""],
    ["user create a/b ada --password-stdin", "x"],
    ["user create a/b adá", ""],
    [`user create a/b ${"x".repeat(65)}`, ""],
    [`user create a/b bob --nickname ${"x".repeat(101)}`, ""],
  ] as const) {
    expect(await cli.run(line, { stdin })).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^usermeta: .+\n$/),
    });
  }
  expect(await cli.json("user list a/b")).toHaveLength(1);
});

test("user list goes through all users by pages, in the order of their creation", async () => {
  using cli = await cliWithApp();
  expect(await cli.ok("user list a/b")).toBe("no users\n");
  const names = ["carol", "ada", "bob"];
  for (const name of names) await cli.ok(`user create a/b ${name}`);
  const listed = await cli.json("user list a/b");
  expect(listed.map(({ username }: { username: string }) => username).toSorted()).toEqual(names.toSorted());
  const first = await cli.ok("user list a/b --limit 2");
  const [, next = ""] = /^more: usermeta (.+)$/m.exec(first) ?? [];
  expect(next).toBe(`user list a/b --limit 2 --after ${listed[1].username}`);
  expect(await cli.json(next)).toEqual([listed[2]]);
  expect(await cli.run("user list a/b --after nobody")).toMatchObject({ code: 1 });
  expect(await cli.run("user list a/b --limit 0")).toMatchObject({ code: 2 });
});

test("user show and list make users' texts harmless for a terminal", async () => {
  using cli = await cliWithApp();
  await cli.ok(["user", "create", "a/b", "ada", "--nickname", "\u001b[2J\u202eevil"]);
  const shown = (await cli.ok("user show a/b ada")) + (await cli.ok("user list a/b"));
  expect(shown).toContain("\\u{1b}[2J\\u{202e}evil");
  expect(shown).not.toContain("\u001b");
  expect(shown).not.toContain("\u202e");
});

test("user delete", async () => {
  using cli = await cliWithApp();
  await cli.ok("user create a/b ada");
  expect(await cli.run("user delete a/b ada")).toMatchObject({ code: 2 });
  expect(await cli.run("user delete a/b ada", { terminal: true, stdin: "no\n" })).toMatchObject({ code: 1 });
  expect(await cli.json("user delete a/b ada --yes")).toEqual({ app: "a/b", username: "ada", deleted: true });
  expect(await cli.run("user delete a/b ada --yes")).toMatchObject({
    code: 1,
    err: "usermeta: there is no such user\n",
  });
  expect(await cli.run("user show a/b ada")).toMatchObject({ code: 1 });
});

test("on a store that is being served, users are changed through the server, as the operator", async () => {
  using cli = await cliWithApp();
  await using serving = await served(cli);
  const url = `--url ${serving.server}`;
  const env = OPERATOR;

  const refused = await cli.run("user create a/b ada", { env });
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toMatch(/^usermeta: .*--url http:\/\/… and USERMETA_OPERATOR_KEY\n$/);
  expect(refused.err).toContain(`process ${process.pid}`);

  const created = await cli.json(`user create a/b ada --nickname Countess ${url}`, { env });
  await cli.ok(`user create a/b bob --password-stdin ${url}`, { env, stdin: "secret\n" });
  expect(await cli.json("user show a/b ada")).toMatchObject({ id: created.id, nickname: "Countess" });
  const json = { grant_type: "password", username: "bob", password: "secret" };
  expect(await send("POST", `${serving.server}/a/b/token`, { json })).toMatchObject({ status: 200 });
  expect(await cli.run(`user create a/b ada ${url}`, { env })).toMatchObject({
    code: 1,
    err: "usermeta: there is a user ada in a/b already\n",
  });

  expect(await cli.run("user delete a/b ada --yes", { env })).toMatchObject({ code: 1 });
  await cli.ok(`user delete a/b ada --yes ${url}`, { env });
  expect(await cli.run(`user delete a/b ada --yes ${url}`, { env })).toMatchObject({ code: 1 });
  expect(await cli.json("user list a/b")).toHaveLength(1);
});

test("on a store that is being served, the server's URL is in the hint, to be pasted", async () => {
  using cli = await cliWithApp();
  for (const host of ["127.0.0.1", "[::1]", "0.0.0.0"]) {
    const serving = await cli.serve(`--listen ${host}:${freePort()}`, { env: OPERATOR });
    const { err } = await cli.run("user create a/b ada", { env: OPERATOR });
    const [, url = ""] = /--url '(\S+)' and USERMETA_OPERATOR_KEY\n$/.exec(err) ?? [];
    expect([host, url]).toEqual([host, serving.server]);
    await serving.stop();
  }
});

test("--url: a missing or wrong operator key, a wrong address and a server that is not there are one line each", async () => {
  using cli = await cliWithApp();
  await using serving = await served(cli);
  const line = "user create a/b ada --url";
  expect(await cli.run(`${line} ${serving.server}`)).toMatchObject({
    code: 2,
    err: expect.stringContaining("USERMETA_OPERATOR_KEY"),
  });
  const wrong = await cli.run(`${line} ${serving.server}`, {
    env: { USERMETA_OPERATOR_KEY: "some-other-operator-key" },
  });
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain("401");
  expect(wrong.err).not.toContain("some-other-operator-key");
  expect(await cli.run(`${line} localhost:1`, { env: OPERATOR })).toMatchObject({ code: 2 });
  const { server } = serving;
  await serving.stop();
  expect(await cli.run(`${line} ${server}`, { env: OPERATOR })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^usermeta: .* cannot be reached \(.*\)\n$/),
  });
});

test("attributes are shown as they are, __proto__ too", async () => {
  using cli = new Cli();
  const credentials = await cli.json("app create a/b");
  await using serving = await served(cli);
  const admin = await signIn({ base: `${serving.server}/a/b`, credentials });
  await admin.register("ada");
  await admin.set("ada", "__proto__=x&nickname=Ada");
  const { attributes } = await cli.json("user show a/b ada");
  expect(Object.entries(attributes)).toEqual([
    ["__proto__", "x"],
    ["nickname", "Ada"],
  ]);
  expect(await cli.ok("user show a/b ada")).toMatch(/^__proto__ +x\nnickname +Ada$/m);
});

function freePort(): number {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return listener.port;
}

/** A server on the folder's store, stopped with the test. */
async function served(cli: Cli) {
  const serving = await cli.serve("", { env: OPERATOR });
  return { ...serving, [Symbol.asyncDispose]: async () => void (await serving.stop()) };
}
