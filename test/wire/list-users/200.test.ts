import { expect, test } from "bun:test";
import type { UserName } from "../../../src/core/model.ts";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { entity, expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

/** Puts users `u000`, `u001` … into the store, of which any ten are created in one ms. */
async function addUsers({ app, store }: TestService, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `u${String(n).padStart(3, "0")}`);
  const created = Date.now();
  const users = names.map((name, n) => ({
    id: crypto.randomUUID(),
    name: name as UserName, // as: a legal name
    passwordHash: null,
    nickname: null,
    created: created + Math.floor(n / 10),
  }));
  // Not in their order, so that the order of an answer is the store's doing.
  await store.insertUsers(app.number, users.toReversed());
  return names;
}

const namesOf = ({ body }: Answer): string[] => body.entities.map(({ username }: { username: string }) => username);

/** Follows the cursors to their end. */
async function allPages(service: TestService, token: string, query: string): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await send("GET", `${service.base}/users?${query}${more}`, { token });
    expect(answer.status).toBe(200);
    expect(answer.body.count).toBe(answer.body.entities.length);
    pages.push(namesOf(answer));
    cursor = answer.body.cursor;
  } while (cursor !== undefined);
  return pages;
}

test("the documented envelope, with count, and no cursor when there are no more", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const envelope = {
    action: "get",
    application: service.app.id,
    path: "/users",
    uri: `${service.base}/users`,
    organization: "org",
    applicationName: "app",
  };
  const url = `${service.base}/users?limit=1`;
  expectAccountSuccess(await send("GET", url, { token: admin.token }), {
    ...envelope,
    entities: [entity("ada")],
    count: 1,
  });
  await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  expectAccountSuccess(await send("GET", url, { token: admin.token }), { ...envelope, entities: [], count: 0 });
});

// "limit 1..100, default 10 (bigger is capped at 100), ordered by creation. Adds `cursor` while more remain"
// (docs/PROTOCOL.md § Users)
test("cursors lead through 25 users, each once, in the order of their creation", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const names = await addUsers(service, 25);
  for (const [query, sizes] of [
    ["", [10, 10, 5]],
    ["limit=7", [7, 7, 7, 4]],
    ["limit=5", [5, 5, 5, 5, 5]],
    ["limit=25", [25]],
    ["limit=1", Array(25).fill(1)],
  ] as const) {
    const pages = await allPages(service, token, query);
    expect(pages.map(({ length }) => length)).toEqual([...sizes]);
    expect(pages.flat()).toEqual(names);
  }
});

test("more than 100 at a time are cut to 100", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const names = await addUsers(service, 101);
  for (const limit of ["100", "101", "1000", "9".repeat(30)]) {
    const pages = await allPages(service, token, `limit=${limit}`);
    expect(pages).toEqual([names.slice(0, 100), names.slice(100)]);
  }
});

test("users who go or come between two pages move no other user", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  const names = await addUsers(service, 20);
  const first = await send("GET", `${service.base}/users?limit=10`, { token });
  for (const name of ["u003", "u009", "u015"]) await send("DELETE", `${service.base}/users/${name}`, { token });
  const second = await send("GET", `${service.base}/users?limit=10&cursor=${first.body.cursor}`, { token });
  expect(namesOf(second)).toEqual(names.slice(10).filter((name) => name !== "u015"));
});

test("an app lists its own users only", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const { app } = await service.addApp("org/other");
  await addUsers({ ...service, app }, 5);
  expect((await send("GET", `${service.base}/users`, { token })).body.entities).toEqual([]);
});
