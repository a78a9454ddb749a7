import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseStoreUrl } from "../../src/store/open.ts";
import { send } from "../harness/client.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { Cli } from "./cli.ts";

/** The setup of all tests below: two users, attributes, and tokens issued by this store. */
async function filled(cli: Cli): Promise<{ readonly admin: string; readonly user: string }> {
  await cli.ok("app create a/b --rate-per-second 0");
  await cli.ok("user create a/b ada");
  await cli.ok("user create a/b bob");
  const { token: admin } = await cli.json("token issue a/b --ttl 0");
  const { token: user } = await cli.json("token issue a/b --user ada --ttl 0");
  const serving = await cli.serve();
  const set = await send("PUT", `${serving.server}/a/b/metadata/user/ada`, {
    token: user,
    form: { nickname: "Ada 😀" },
  });
  expect(set.status).toBe(200);
  await serving.stop();
  return { admin, user };
}

const FROM = "--from sqlite:data/usermeta.db";

test("copy moves a store, prints the numbers, and tokens issued before stay valid", async () => {
  using cli = new Cli();
  const tokens = await filled(cli);
  const copied = await cli.json(`copy ${FROM} --to sqlite:other.db`);
  expect(copied).toEqual({
    from: `sqlite:${join(cli.folder, "data/usermeta.db")}`,
    to: `sqlite:${join(cli.folder, "other.db")}`,
    apps: [
      {
        app: "a/b",
        number: 1,
        users: 2,
        bytes: 16,
        versions: 1,
        withPassword: 0,
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ],
    keys: 1,
    users: 2,
    seconds: expect.any(Number),
  });
  await expectServed(cli, "--store sqlite:other.db", tokens);
});

test.skipIf(mariadbIsMissing())(
  "copy moves a store to MySQL and back, with the password from the environment",
  async () => {
    using cli = new Cli();
    const tokens = await filled(cli);
    await using database = await (await sharedMariadb()).freshDatabase();
    const location = parseStoreUrl(database.url);
    if (typeof location === "string" || location.engine !== "mysql") throw new Error("not a database");
    const env = { USERMETA_STORE_PASSWORD: location.password };
    const there = await cli.json(`copy ${FROM} --to ${location.text}`, { env });
    await expectServed(cli, `--store ${location.text}`, tokens, env);
    const back = await cli.json(`copy --from ${location.text} --to sqlite:back.db`, { env });
    expect(back.apps[0]).toMatchObject({ users: 2, versions: 1, checksum: there.apps[0].checksum });
    await expectServed(cli, "--store sqlite:back.db", tokens);

    const inClear = await cli.run(`copy ${FROM} --to ${database.url}`);
    expect(inClear).toMatchObject({ code: 2, out: "" });
    expect(inClear.err).toContain("--to: must hold no password: command lines are seen by every user of a machine");
    expect(inClear.err).not.toContain(location.password);
  },
);

async function expectServed(
  cli: Cli,
  store: string,
  { admin, user }: { readonly admin: string; readonly user: string },
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const serving = await cli.serve(store, { env });
  const read = await send("GET", `${serving.server}/a/b/metadata/user/ada`, { token: user });
  const capacity = await send("GET", `${serving.server}/a/b/metadata/user/capacity`, { token: admin });
  await serving.stop();
  expect([read.status, read.body.data]).toEqual([200, { nickname: "Ada 😀" }]);
  expect([capacity.status, capacity.body.data]).toEqual([200, 16]);
}

test("on a terminal a progress bar is one line for each pass", async () => {
  using cli = new Cli();
  await filled(cli);
  const { code, out, err } = await cli.run(`copy ${FROM} --to sqlite:other.db`, { terminal: true });
  expect(code).toBe(0);
  // Each time to the beginning of the line, and clears it.
  const [copying, verifying, rest] = err.split("\n").map((line) => line.split("\r\u001b[K").at(-1));
  expect(copying).toMatch(/^copying {3}\[#{24}\] 2 of 2 users, \d+\/s, 0 s left$/);
  expect(verifying).toMatch(/^verifying \[#{24}\] 2 of 2 users, \d+\/s, 0 s left$/);
  expect(rest).toBe("");
  expect(out).toMatch(/: 1 app, 2 users, [\d.]+ s\. The copy was read back and is identical\.\n/);
});

test("elsewhere a short copy prints nothing on stderr", async () => {
  using cli = new Cli();
  await filled(cli);
  expect(await cli.run(`copy ${FROM} --to sqlite:other.db`)).toMatchObject({ code: 0, err: "" });
});

test("a store that is being served is neither copied nor copied to: exit 2, with the server's process id", async () => {
  using cli = new Cli();
  await filled(cli);
  const serving = await cli.serve();
  for (const line of [`copy ${FROM} --to sqlite:other.db`, "copy --from sqlite:more.db --to sqlite:data/usermeta.db"]) {
    if (line.includes("more.db")) await cli.ok("app create c/d --store sqlite:more.db");
    const { code, err } = await cli.run(line);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`process id ${process.pid}\n`) });
  }
  await serving.stop();
  expect(existsSync(join(cli.folder, "other.db"))).toBe(false);
});

const MISTAKES = [
  ["copy --to sqlite:a.db", "--from is missing"],
  ["copy --from sqlite:a.db", "--to is missing"],
  ["copy --from memory: --to sqlite:a.db", "commands need a sqlite: or mysql: store"],
  ["copy --from sqlite:a.db --to postgres://x", "--to"],
  ["copy --from sqlite:a.db --to sqlite:./a.db", "are the same store"],
  ["copy --from sqlite:absent.db --to sqlite:a.db", "does not exist: there is nothing to copy"],
] as const;

for (const [line, text] of MISTAKES) {
  test(`\`${line}\` is a mistake: exit 2, and makes no file`, async () => {
    using cli = new Cli();
    const { code, out, err } = await cli.run(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(text);
    expect(existsSync(join(cli.folder, "a.db"))).toBe(false);
  });
}

test("a store that has apps is not copied to: exit 2", async () => {
  using cli = new Cli();
  await filled(cli);
  await cli.ok(`copy ${FROM} --to sqlite:other.db`);
  const { code, err } = await cli.run(`copy ${FROM} --to sqlite:other.db`);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("has apps already") });
});
