import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { Program } from "./program.ts";

const OLD = "the-old-operator-key";
const NEW = "the-new-operator-key";

/** The file of the operator key of a started server with that many workers. */
async function servedWith(env: (file: string) => Readonly<Record<string, string>>) {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-key-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "key");
  writeFileSync(file, `${OLD}\n`);
  const program = stack.use(new Program(env(file)));
  await program.shows("out", /^usermeta serves (\S+)$/m);
  const origin = /^usermeta serves (\S+)$/m.exec(program.out)?.[1] ?? "";
  const owned = stack.move();
  return {
    program,
    file,
    /** The kernel distributes connections over the threads: each request has its own, often enough to reach all. */
    async statuses(token: string): Promise<readonly number[]> {
      const url = `${origin}/chat-demo/testapp/metadata/user/capacity`;
      const ask = () => send("GET", url, { token, headers: { connection: "close" } });
      return [...new Set((await Promise.all(Array.from({ length: 16 }, ask))).map(({ status }) => status))];
    },
    async [Symbol.asyncDispose]() {
      await owned.disposeAsync();
    },
  };
}

for (const workers of ["1", "2"]) {
  test(`SIGHUP reloads the operator key from its file, with ${workers} serving thread(s)`, async () => {
    await using server = await servedWith((file) => ({ USERMETA_OPERATOR_KEY_FILE: file, USERMETA_WORKERS: workers }));
    const { program, file, statuses } = server;
    expect(await statuses(OLD)).toEqual([200]);
    expect(await statuses(NEW)).toEqual([401]);
    writeFileSync(file, `${NEW}\n`);
    expect(await statuses(OLD)).toEqual([200]);
    program.signal("SIGHUP");
    await eventually(async () => expect(await statuses(NEW)).toEqual([200]));
    expect(await statuses(OLD)).toEqual([401]);
    expect(program.out + program.err).not.toMatch(new RegExp(`${OLD}|${NEW}|secretKept`));
  }, 30_000);
}

test("an invalid operator key leaves the previous one in use, and is one line in the log", async () => {
  await using server = await servedWith((file) => ({ USERMETA_OPERATOR_KEY_FILE: file }));
  const { program, file, statuses } = server;
  const spoilt: readonly (readonly [string, () => void])[] = [
    ["must be at least 16 characters", () => writeFileSync(file, "too-short\n")],
    ["must be at least 16 characters", () => writeFileSync(file, "with a blank in it\n")],
    ["the file is empty", () => writeFileSync(file, "\n")],
    ["the file cannot be read \\(ENOENT\\)", () => rmSync(file)],
  ];
  for (const [index, [reason, spoil]] of spoilt.entries()) {
    spoil();
    program.signal("SIGHUP");
    const line = `"event":"secretKept","reason":"USERMETA_OPERATOR_KEY_FILE[^:]*: ${reason}`;
    await program.shows("err", new RegExp(`(?:secretKept[^]*){${index}}${line}`));
    expect(await statuses(OLD)).toEqual([200]);
    for (const text of ["too-short", "with a blank in it"]) {
      expect(await statuses(text)).not.toContain(200);
      expect(program.err).not.toContain(text);
    }
  }
  expect(program.err.match(/"event":"secretKept"/g)).toHaveLength(spoilt.length);
  writeFileSync(file, NEW);
  program.signal("SIGHUP");
  await eventually(async () => expect(await statuses(NEW)).toEqual([200]));
  expect(await statuses(OLD)).not.toContain(200);
}, 30_000);

test("a key from the environment stays, whatever SIGHUP reloads", async () => {
  await using server = await servedWith((file) => ({ USERMETA_OPERATOR_KEY: OLD, KEY_FILE: file }));
  const { program, file, statuses } = server;
  writeFileSync(file, NEW);
  program.signal("SIGHUP");
  for (let time = 0; time < 3; time++) expect(await statuses(OLD)).toEqual([200]);
  expect(await statuses(NEW)).toEqual([401]);
  expect(program.err).not.toContain("secretKept");
}, 30_000);
