import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isLeftOut } from "../harness/missing-part.ts";
import { APP_KEY, OPERATOR_KEY, UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

/** Root may set any priority, unless this right is removed; an ordinary user never may. */
const RIGHTS = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"] : [];

async function expectServes(wrapper: readonly string[]): Promise<void> {
  using folder = temporaryFolder();
  await using server = new UsermetaProcess(`sqlite:${join(folder.path, "usermeta.db")}`, {}, wrapper);
  const origin = await server.origin();
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  const user = `${origin}/${APP_KEY}/metadata/user/ada`;
  const made = await fetch(`${origin}/${APP_KEY}/users`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ username: "ada", password: "a password" }),
  });
  expect(made.status).toBe(200);
  const set = await fetch(user, { method: "PUT", headers, body: new URLSearchParams({ a: "b" }) });
  expect(set.status).toBe(200);
  expect(await server.end("SIGTERM")).toBe(0);
}

describe.skipIf(isLeftOut(process.platform === "linux", "priorities of threads, which only Linux has"))(
  "on Linux",
  () => {
    for (const niceness of [5, 12, 19]) {
      test(`an ordinary user's server starts and writes at nice ${niceness}`, async () => {
        await expectServes([...RIGHTS, "nice", "-n", String(niceness)]);
      }, 30_000);
    }
  },
);
