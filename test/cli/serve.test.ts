import { expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { send } from "../harness/client.ts";
import { Cli, type Serving } from "./cli.ts";

const CREDENTIALS = "data/chat-demo_testapp.env";
const APP = { USERMETA_APP: "acme/chat", USERMETA_CLIENT_ID: "acme-id", USERMETA_CLIENT_SECRET: "acme-secret" };

function credentialsIn(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8").matchAll(/^(\w+)='(.*)'$/gm);
  return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
}

async function tokenStatus({ server }: Serving, app: string, id = "", secret = ""): Promise<number> {
  const json = { grant_type: "client_credentials", client_id: id, client_secret: secret };
  return (await send("POST", `${server}/${app}/token`, { json })).status;
}

test("an empty default store gets an app whose credentials only the owner can read", async () => {
  using cli = new Cli();
  const serving = await cli.serve();
  const file = join(cli.folder, CREDENTIALS);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { CHAT_BASE, CHAT_CLIENT_ID, CHAT_CLIENT_SECRET } = credentialsIn(file);
  expect(CHAT_BASE).toBe(`${serving.server}/chat-demo/testapp`);
  expect(await tokenStatus(serving, "chat-demo/testapp", CHAT_CLIENT_ID, CHAT_CLIENT_SECRET)).toBe(200);
  const { code, out, err } = await serving.stop();
  expect(code).toBe(0);
  // Not a terminal: the output may end up in a log.
  expect(out).toContain(file);
  expect(out + err).not.toContain(CHAT_CLIENT_SECRET ?? "?");
});

test("on a terminal the credentials are printed", async () => {
  using cli = new Cli();
  const serving = await cli.serve("", { terminal: true });
  const { CHAT_CLIENT_ID, CHAT_CLIENT_SECRET } = credentialsIn(join(cli.folder, CREDENTIALS));
  expect(serving.out()).toContain(`client id: ${CHAT_CLIENT_ID}\nclient secret: ${CHAT_CLIENT_SECRET}\n`);
  await serving.stop();
});

test("a second start keeps the app, and its file names the new port", async () => {
  using cli = new Cli();
  const first = await cli.serve();
  const before = credentialsIn(join(cli.folder, CREDENTIALS));
  await first.stop();
  const second = await cli.serve();
  const after = credentialsIn(join(cli.folder, CREDENTIALS));
  expect(after).toEqual({ ...before, CHAT_BASE: `${second.server}/chat-demo/testapp` });
  expect(second.out()).toContain("curl");
  await second.stop();
  expect(await cli.json("app list")).toHaveLength(1);
});

test("the credentials can be exported to a shell that starts a server: they configure nothing", async () => {
  using cli = new Cli();
  await (await cli.serve()).stop();
  const env = credentialsIn(join(cli.folder, CREDENTIALS));
  expect(Object.keys(env)).toEqual(["CHAT_BASE", "CHAT_CLIENT_ID", "CHAT_CLIENT_SECRET"]);
  expect(await cli.json("config", { env })).toEqual(await cli.json("config"));
  const serving = await cli.serve("", { env });
  expect(await cli.json("app list", { env })).toHaveLength(1);
  await serving.stop();
});

test("a credentials file with the former names is found, and gets the present ones", async () => {
  using cli = new Cli();
  await (await cli.serve()).stop();
  const file = join(cli.folder, CREDENTIALS);
  const before = credentialsIn(file);
  writeFileSync(file, readFileSync(file, "utf8").replace(/^CHAT_/gm, "USERMETA_"));
  const serving = await cli.serve();
  expect(credentialsIn(file)).toEqual({ ...before, CHAT_BASE: `${serving.server}/chat-demo/testapp` });
  await serving.stop();
});

test("credentials that are no longer valid are not offered", async () => {
  using cli = new Cli();
  await (await cli.serve()).stop();
  await cli.ok("app rotate-secret chat-demo/testapp");
  const serving = await cli.serve();
  expect(serving.out()).not.toContain("curl");
  await serving.stop();
});

test("no app is created on a named store, on one that has apps, or beside a configured app", async () => {
  using named = new Cli();
  const onNamed = await named.serve("--store sqlite:data/usermeta.db");
  using used = new Cli();
  await used.ok("app create a/b");
  const onUsed = await used.serve();
  using configured = new Cli();
  const onConfigured = await configured.serve("", { env: APP });
  for (const [cli, serving, apps] of [
    [named, onNamed, []],
    [used, onUsed, ["a/b"]],
    [configured, onConfigured, ["acme/chat"]],
  ] as const) {
    await serving.stop();
    expect((await cli.json("app list")).map(({ app }: { app: string }) => app)).toEqual(apps);
    expect(existsSync(join(cli.folder, CREDENTIALS))).toBe(false);
    expect(serving.out()).not.toContain("curl");
  }
});

test("memory: has an app too, whose file is deleted with the server", async () => {
  using cli = new Cli();
  const serving = await cli.serve("--store memory:");
  const [, file = ""] = /^credentials: (.+)$/m.exec(serving.out()) ?? [];
  const { CHAT_CLIENT_ID, CHAT_CLIENT_SECRET } = credentialsIn(file);
  expect(await tokenStatus(serving, "chat-demo/testapp", CHAT_CLIENT_ID, CHAT_CLIENT_SECRET)).toBe(200);
  await serving.stop();
  expect(existsSync(dirname(file))).toBe(false);
  expect(existsSync(join(cli.folder, "data"))).toBe(false);
});

test("a configured app is created if missing; with another secret the start fails with one line, which does not contain the secret", async () => {
  using cli = new Cli();
  for (let start = 1; start <= 2; start++) {
    const serving = await cli.serve("", { env: APP });
    expect(await tokenStatus(serving, "acme/chat", "acme-id", "acme-secret")).toBe(200);
    expect(await serving.stop()).toMatchObject({ code: 0 });
  }
  const other = await cli.run("serve", { env: { ...APP, USERMETA_CLIENT_SECRET: "something-else" } });
  expect([other.code, other.out]).toEqual([2, ""]);
  expect(other.err).toMatch(/^usermeta: USERMETA_APP: acme\/chat .*\n$/);
  expect(other.err).not.toMatch(/something-else|acme-secret/);
  const taken = await cli.run("serve", { env: { ...APP, USERMETA_APP: "acme/other" } });
  expect(taken).toMatchObject({ code: 2, err: "usermeta: USERMETA_CLIENT_ID: acme-id belongs to another app\n" });
});

test("a port that is taken: one line, exit 2, and the next start finds the app and its credentials", async () => {
  using cli = new Cli();
  using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const ended = await cli.run(`serve --listen 127.0.0.1:${other.port}`);
  expect(ended).toEqual({
    code: 2,
    out: "",
    err: `usermeta: cannot listen on 127.0.0.1:${other.port}: the port is taken by another program (USERMETA_LISTEN, --listen)\n`,
  });
  const serving = await cli.serve();
  const { CHAT_CLIENT_ID, CHAT_CLIENT_SECRET } = credentialsIn(join(cli.folder, CREDENTIALS));
  expect(await tokenStatus(serving, "chat-demo/testapp", CHAT_CLIENT_ID, CHAT_CLIENT_SECRET)).toBe(200);
  await serving.stop();
});

test("an address that is not this machine's, and a host that is not there: one line, exit 2", async () => {
  using cli = new Cli();
  for (const [address, reason] of [
    ["203.0.113.7:0", "this machine has no such address"],
    ["no-such-host.invalid:0", "there is no such host"],
  ]) {
    const { code, err } = await cli.run(`serve --store memory: --listen ${address}`);
    expect({ code, err }).toEqual({
      code: 2,
      err: `usermeta: cannot listen on ${address}: ${reason} (USERMETA_LISTEN, --listen)\n`,
    });
  }
});

test("a store that is being served: one line that names the process, exit 2", async () => {
  using cli = new Cli();
  const serving = await cli.serve();
  const second = await cli.run("serve --listen 127.0.0.1:0");
  expect(second).toMatchObject({ code: 2, out: "" });
  expect(second.err).toMatch(new RegExp(`^usermeta: .*usermeta\\.db is in use by .*process id ${process.pid}\\n$`));
  expect(await send("GET", `${serving.server}/-/ready`)).toMatchObject({ status: 200 });
  await serving.stop();
});

test("a folder that cannot be written, and a file of another kind: one line, exit 2", async () => {
  using cli = new Cli();
  writeFileSync(join(cli.folder, "file"), "this is no database, and long enough to be seen as none ".repeat(20));
  for (const store of ["sqlite:file/usermeta.db", "sqlite:file"]) {
    expect(await cli.run(`serve --listen 127.0.0.1:0 --store ${store}`)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/^usermeta: .*file.*\n$/),
    });
  }
});

for (const command of ["app list", "app show a/b", "user list a/b", "token rotate-key", "token issue a/b"]) {
  test(`${command} on a store that is not there: one line, exit 2, and no file is left behind`, async () => {
    using cli = new Cli();
    const { code, err } = await cli.run(command);
    expect(code).toBe(2);
    expect(err).toMatch(/^usermeta: .*usermeta\.db does not exist.*\n$/);
    expect(existsSync(join(cli.folder, "data"))).toBe(false);
    expect(await cli.run(`${command} --store memory:`)).toMatchObject({ code: 2 });
  });
}

test("workers serve on one free port, and all of them stop", async () => {
  using cli = new Cli();
  const serving = await cli.serve("", { env: { ...APP, USERMETA_WORKERS: "2" } });
  const statuses = Array.from({ length: 8 }, () => tokenStatus(serving, "acme/chat", "acme-id", "acme-secret"));
  expect(await Promise.all(statuses)).toEqual(Array(8).fill(200));
  expect(await serving.stop()).toMatchObject({ code: 0 });
  expect(
    await tokenStatus(serving, "acme/chat").then(
      () => "answered",
      () => "closed",
    ),
  ).toBe("closed");
});

test("workers are refused a port in use by another program, in one line", async () => {
  using cli = new Cli();
  using other = new Cli();
  const serving = await other.serve();
  const { port } = new URL(serving.server);
  const { code, err } = await cli.run(`serve --workers 2 --listen 127.0.0.1:${port}`);
  expect(code).toBe(2);
  expect(err).toContain(`cannot listen on 127.0.0.1:${port}: the port is taken by another program`);
  await serving.stop();
});
