import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { startTestService } from "../harness/service.ts";
import { EVERYWHERE_MS } from "../wire/revocation/revocations.ts";

/** Enough for the kernel to assign some to each of two workers: all to one happens once in a million runs. */
const CONNECTIONS = 20;

test("while the change feed cannot be read, no worker accepts a token on second-old knowledge, nor is it ready", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "usermeta-test-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "usermeta.db");
  await using service = await startTestService({ storeUrl: `sqlite:${path}`, workers: 2 });
  using database = new Database(path);
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const headers = { connection: "close" };
  const asked = (url: string) => async () => {
    const answers = Array.from({ length: CONNECTIONS }, () => send("GET", url, { token, headers }));
    return new Set((await Promise.all(answers)).map(({ status }) => status));
  };
  const read = asked(`${service.base}/metadata/user/ada`);
  const ready = asked(`${service.origin}/-/ready`);
  expect(await read()).toEqual(new Set([200]));

  database.run("ALTER TABLE changes RENAME TO changes_away");
  database.run("UPDATE users SET tokens_valid_after = tokens_valid_after + 1");
  database.run(
    "INSERT INTO changes_away (at, kind, user_id) SELECT unixepoch() * 1000, 'user', id FROM users WHERE name = 'ada'",
  );
  await eventually(async () => expect(await read()).toEqual(new Set([503])), EVERYWHERE_MS);
  expect(await ready()).toEqual(new Set([503]));

  database.run("ALTER TABLE changes_away RENAME TO changes");
  await eventually(async () => expect(await ready()).toEqual(new Set([200])));
  expect(await read()).toEqual(new Set([401]));
}, 20_000);
