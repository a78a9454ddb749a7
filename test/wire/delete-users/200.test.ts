import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { entity, expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

const namesOf = ({ body }: Answer): string[] => body.entities.map(({ username }: { username: string }) => username);

// "batch returns the deleted entities (+`cursor`), limit 1..100 default 10" (docs/PROTOCOL.md § Users)
test("the oldest users go first, ten unless it says otherwise, with their attributes", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  const names = Array.from({ length: 25 }, (_, n) => `u${String(n).padStart(2, "0")}`);
  for (const name of names) {
    await admin.newUser(name);
    await admin.set(name, { k: "1234" });
  }
  const { users } = await orderOf(service.base, token);
  const url = `${service.base}/users`;

  const first = await send("DELETE", url, { token });
  const { cursor } = expectAccountSuccess(first, {
    action: "delete",
    application: service.app.id,
    path: "/users",
    uri: url,
    entities: users.slice(0, 10).map((name) => entity(name)),
    organization: "org",
    applicationName: "app",
    count: 10,
    cursor: expect.any(String),
  });
  expect(await admin.capacity()).toBe(15 * 5);

  const second = await send("DELETE", `${url}?limit=12&cursor=${cursor}`, { token });
  expect(namesOf(second)).toEqual(users.slice(10, 22));
  const third = await send("DELETE", `${url}?limit=3`, { token });
  expect(namesOf(third)).toEqual(users.slice(22));
  expect(third.body.cursor).toBeUndefined();
  const fourth = await send("DELETE", `${url}?limit=100`, { token });
  expect([fourth.status, fourth.body.entities, fourth.body.count]).toEqual([200, [], 0]);
  expect(await admin.capacity()).toBe(0);
});

test("a cursor spares the users before it", async () => {
  await using service = await startTestService();
  const { newUser, token } = await signIn(service);
  for (const name of ["ada", "bob", "cyd", "dan"]) await newUser(name);
  const { users, cursor } = await orderOf(service.base, token, 2);
  const answer = await send("DELETE", `${service.base}/users?limit=100&cursor=${cursor}`, { token });
  expect(answer.body.count).toBe(2);
  expect((await orderOf(service.base, token)).users).toEqual(users);
});

test("several callers that empty an app together delete each user once, and follow cursors to the end", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  for (let n = 0; n < 30; n++) await admin.newUser(`u${n}`);
  const deleted: string[] = [];
  async function empty(): Promise<void> {
    for (let more = true; more; ) {
      const answer = await send("DELETE", `${service.base}/users?limit=4`, { token });
      expect(answer.status).toBe(200);
      deleted.push(...namesOf(answer));
      more = answer.body.cursor !== undefined;
    }
  }
  await Promise.all([empty(), empty(), empty(), empty()]);
  expect(new Set(deleted).size).toBe(30);
  expect(deleted).toHaveLength(30);
});

async function orderOf(base: string, token: string, limit = 100): Promise<{ users: string[]; cursor: string }> {
  const answer = await send("GET", `${base}/users?limit=${limit}`, { token });
  return { users: namesOf(answer), cursor: answer.body.cursor };
}
