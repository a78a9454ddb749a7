import { expect, test } from "bun:test";
import { signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { Cli } from "./cli.ts";

const YEAR = new Date().getFullYear();

test("app create creates an app with the server's settings and prints its credentials once", async () => {
  using cli = new Cli();
  const created = await cli.json("app create Acme/Chat");
  expect(created).toEqual({
    app: "acme/chat",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    clientId: expect.stringMatching(/^YXA6/),
    clientSecret: expect.stringMatching(/^YXA6/),
    created: expect.stringContaining(String(YEAR)),
    userBytesMax: null,
    appBytesMax: null,
    batchMax: null,
    ratePerSecond: null,
    dialect: "2021",
    registration: null,
    conflicts: "refuse",
    companionCalls: true,
    checkExt: false,
    tokenTtlSeconds: 5_184_000,
    identity: { createOnFirstUse: true, agora: null, easemob: null, oidc: null, hosted: null },
  });
  const shown = (await cli.ok("app show acme/chat")) + (await cli.ok("app list"));
  expect(shown).toContain(created.clientId);
  expect(shown).not.toContain(created.clientSecret);
  expect(await cli.run("app create acme/chat")).toMatchObject({
    code: 1,
    err: "usermeta: the app acme/chat exists already\n",
  });
});

test("app create takes the settings that app set takes", async () => {
  using cli = new Cli();
  const created = await cli.json("app create a/b --rate-per-second 0 --dialect 2026");
  expect(created).toMatchObject({ ratePerSecond: 0, dialect: "2026" });
  expect(await cli.ok("app create a/c")).toMatch(/^client secret +YXA6\S+$/m);
});

test("an invalid app name is a usage error", async () => {
  using cli = new Cli();
  const { code, err } = await cli.run("app create nonsense");
  expect(code).toBe(2);
  expect(err).toContain('"nonsense"');
});

test("app list and app show", async () => {
  using cli = new Cli();
  await cli.ok("app create a/none");
  await cli.ok("app delete a/none --yes");
  expect(await cli.ok("app list")).toBe("no apps\n");
  expect(await cli.json("app list")).toEqual([]);
  await cli.ok("app create a/one");
  await cli.ok("app create a/two");
  expect((await cli.json("app list")).map(({ app }: { app: string }) => app)).toEqual(["a/one", "a/two"]);
  expect(await cli.ok("app list")).toMatch(/^app +id +client id +created\na\/one .*\na\/two .*\n$/);
  expect(await cli.json("app show a/two")).toMatchObject({ app: "a/two", usedBytes: 0 });
  expect(await cli.ok("app show a/two")).toMatch(/^calls a second +default$/m);
});

test("app set changes the named settings, and resets with `default`", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  const all =
    "--rate-per-second 5 --user-bytes-max 4096 --app-bytes-max 1000 --batch-max 10 --dialect 2026 " +
    "--registration open --conflicts merge --token-ttl 0 --companion-calls off --check-ext on";
  expect(await cli.json(`app set a/b ${all}`)).toMatchObject({
    ratePerSecond: 5,
    userBytesMax: 4096,
    appBytesMax: 1000,
    batchMax: 10,
    dialect: "2026",
    registration: "open",
    conflicts: "merge",
    companionCalls: false,
    checkExt: true,
    tokenTtlSeconds: 0,
  });
  const back = "--rate-per-second default --user-bytes-max default --registration default";
  expect(await cli.json(`app set a/b ${back}`)).toMatchObject({
    ratePerSecond: null,
    userBytesMax: null,
    registration: null,
    batchMax: 10,
    dialect: "2026",
  });
});

test("app create and app set take a switch as on or off, and app show says so", async () => {
  using cli = new Cli();
  const switches = async (): Promise<readonly string[]> => {
    const shown = await cli.ok("app show a/b");
    return ["companion calls", "ext checked"].map((name) => new RegExp(`^${name} +(.*)$`, "m").exec(shown)?.[1] ?? "");
  };
  expect(await cli.json("app create a/c")).toMatchObject({ companionCalls: true, checkExt: false });
  const created = await cli.json("app create a/b --companion-calls off --check-ext on");
  expect(created).toMatchObject({ companionCalls: false, checkExt: true });
  expect(await switches()).toEqual(["off", "on"]);
  await cli.ok("app set a/b --companion-calls on");
  expect(await switches()).toEqual(["on", "on"]);
  await cli.ok("app set a/b --check-ext off");
  expect(await switches()).toEqual(["on", "off"]);
  for (const text of ["true", "yes", "ON", "1", "default", ""]) {
    const { code, err } = await cli.run(["app", "set", "a/b", "--check-ext", text]);
    const meant = text === "ON" ? ": did you mean on?" : "";
    expect([code, err]).toEqual([2, `usermeta: --check-ext ${JSON.stringify(text)}: must be on or off${meant}\n`]);
  }
  expect(await switches()).toEqual(["on", "off"]);
});

test("a running server follows --check-ext within a second", async () => {
  using cli = new Cli();
  const { clientId, clientSecret } = await cli.json("app create a/b");
  await cli.ok("user create a/b ada");
  const serving = await cli.serve();
  const base = `${serving.server}/a/b`;
  const admin = await signIn({ base, credentials: { clientId, clientSecret } });
  const statusIs = async (status: number): Promise<void> =>
    expect((await admin.set("ada", { ext: "x" })).status).toBe(status);
  await statusIs(200);
  for (const [state, status] of [
    ["on", 400],
    ["off", 200],
  ] as const) {
    await cli.ok(`app set a/b --check-ext ${state}`);
    // The guarantee is a second; the rest is for a busy machine.
    await eventually(() => statusIs(status), 3000);
  }
  expect((await serving.stop()).code).toBe(0);
});

test("app set: all errors together, and nothing is changed", async () => {
  using cli = new Cli();
  const before = await cli.json("app create a/b");
  const line =
    "app set a/b --rate-per-second -1 --batch-max 1001 --dialect default --token-ttl 1.5 --user-bytes-max 5 --check-ext true";
  expect(await cli.run(line)).toEqual({
    code: 2,
    out: "",
    err:
      'usermeta: --rate-per-second "-1": must be a whole number from 0 to 1000000, or default\n' +
      'usermeta: --batch-max "1001": must be a whole number from 1 to 1000, or default\n' +
      'usermeta: --dialect "default": must be 2021 or 2026\n' +
      'usermeta: --check-ext "true": must be on or off\n' +
      'usermeta: --token-ttl "1.5": must be a whole number from 0 to 2147483647\n',
  });
  expect((await cli.run("app set a/b")).code).toBe(2);
  expect(await cli.json("app show a/b")).toMatchObject({ userBytesMax: before.userBytesMax, dialect: "2021" });
});

test("app rotate-secret gives a new secret for the same client id", async () => {
  using cli = new Cli();
  const created = await cli.json("app create a/b");
  const rotated = await cli.json("app rotate-secret a/b");
  expect(rotated).toEqual({ app: "a/b", clientId: created.clientId, clientSecret: expect.stringMatching(/^YXA6/) });
  expect(rotated.clientSecret).not.toBe(created.clientSecret);
});

test("app delete asks on a terminal, and requires --yes elsewhere", async () => {
  using cli = new Cli();
  await cli.ok("app create a/b");
  expect(await cli.run("app delete a/b")).toMatchObject({ code: 2, err: expect.stringContaining("--yes") });
  const asked = await cli.run("app delete a/b", { terminal: true, stdin: "n\n" });
  expect(asked).toMatchObject({
    code: 1,
    err: expect.stringMatching(/Delete the app a\/b .*\[y\/N\] .*nothing was deleted/s),
  });
  expect(await cli.run("app delete a/b", { terminal: true, stdin: "" })).toMatchObject({ code: 1 });
  expect(await cli.json("app list")).toHaveLength(1);
  expect(await cli.run("app delete a/b", { terminal: true, stdin: "yes\n" })).toMatchObject({ code: 0 });
  await cli.ok("app create a/b");
  expect(await cli.json("app delete a/b --yes")).toEqual({ app: "a/b", deleted: true });
  expect(await cli.json("app list")).toEqual([]);
});

for (const command of ["app show", "app set --batch-max 1", "app rotate-secret", "app delete --yes", "user list"]) {
  test(`${command} of an app that is not there: one line, exit 1`, async () => {
    using cli = new Cli();
    await cli.ok("app create a/b");
    expect(await cli.run(`${command} no/app`)).toEqual({
      code: 1,
      out: "",
      err: 'usermeta: there is no app "no/app": see `usermeta app list`\n',
    });
  });
}
