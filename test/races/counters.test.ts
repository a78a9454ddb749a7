import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../harness/client.ts";
import { startSecondServer } from "../harness/second-server.ts";
import { startTestService } from "../harness/service.ts";
import { expectExactCapacity } from "./stored.ts";

const CLIENTS = 32;
const EACH = 4;
/** Of 32 clients that name one version one wins, so the last of them loses 31 times for each of its additions. */
const ATTEMPTS_MAX = 40 * CLIENTS * EACH;

/** Adds one to `visits` as a client does that caches answers: a 412 has the current value and its tag. */
async function increment(url: string, token: string, seen: { etag: string; visits: number }): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const form = { visits: String(seen.visits + 1) };
    const answer = await send("PUT", url, { token, form, headers: { "if-match": seen.etag } });
    seen.etag = answer.headers.get("etag") ?? "";
    if (answer.status === 200) {
      expect(answer.body.data.visits).toBe(form.visits);
      seen.visits += 1;
      return;
    }
    expect(answer.status).toBe(412);
    expect(answer.body.etag).toBe(seen.etag);
    // A set whose value happens to equal the current one gets no 412: it is what the client wanted to store.
    if (answer.body.current.visits !== undefined) seen.visits = Number(answer.body.current.visits);
    else seen.visits += 1;
  }
  throw new Error(`not done after ${ATTEMPTS_MAX} attempts`);
}

async function countUp(bases: readonly string[], token: string): Promise<void> {
  const first = await send("PUT", `${bases[0]}/metadata/user/ada`, { token, form: { visits: "0", other: "kept" } });
  const etag = first.headers.get("etag") ?? "";
  const clients = Array.from({ length: CLIENTS }, async (_, n) => {
    const seen = { etag, visits: 0 };
    const url = `${bases[n % bases.length]}/metadata/user/ada`;
    for (let done = 0; done < EACH; done++) await increment(url, token, seen);
  });
  await Promise.all(clients);
}

test("32 clients increment one attribute with If-Match, and no increment is lost", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await countUp([service.base], await admin.newUser("ada"));
  expect((await admin.get("ada")).body.data).toEqual({ visits: String(CLIENTS * EACH), other: "kept" });
  await expectExactCapacity(service, admin);
  expect(service.faults).toEqual([]);
}, 60_000);

test("the same through two servers on one store", async () => {
  await using service = await startTestService();
  await using second = await startSecondServer(service);
  const admin = await signIn(service);
  await countUp([service.base, second.base], await admin.newUser("ada"));
  expect((await admin.get("ada")).body.data.visits).toBe(String(CLIENTS * EACH));
  await expectExactCapacity(service, admin);
}, 60_000);

test("exactly one of 16 clients that each set a user first succeeds", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        send("PUT", url, { token, form: { nickname: `n${n}` }, headers: { "if-none-match": "*" } }),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(15);
    expect((await admin.get("ada")).body.data).toEqual(winners[0]?.body.data);
    await send("DELETE", url, { token });
  }
}, 60_000);

test("if conflicts are merged, all sets of different keys are stored and none is refused", async () => {
  await using service = await startTestService({ app: { conflicts: "merge" } });
  await using second = await startSecondServer(service);
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const bases = [service.base, second.base];
  const sets = Array.from({ length: CLIENTS * 2 }, (_, n) => {
    const form = { [`k${n}`]: `v${n}` };
    return send("PUT", `${bases[n % 2]}/metadata/user/ada`, { token, form });
  });
  const answers: readonly Answer[] = await Promise.all(sets);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const wanted = Object.fromEntries(answers.map((_, n) => [`k${n}`, `v${n}`]));
  expect((await admin.get("ada")).body.data).toEqual(wanted);
  // Each was merged into the result of another: no two have the same version, and each has one key more.
  const chain = answers.toSorted((a, b) => a.body.lastModified - b.body.lastModified);
  expect(chain.map(({ body }) => Object.keys(body.data).length)).toEqual(answers.map((_, n) => n + 1));
  expect(new Set(answers.map(({ headers }) => headers.get("etag"))).size).toBe(answers.length);
  await expectExactCapacity(service, admin);
}, 60_000);

test("atomic batches that set the same users leave all users with the values of one batch", async () => {
  await using service = await startTestService({ app: { conflicts: "merge" } });
  await using second = await startSecondServer(service);
  const { token, newUser, get } = await signIn(service);
  const users = ["ada", "bob", "cyd", "dan"];
  for (const user of users) await newUser(user);
  const bases = [service.base, second.base];
  const batches = Array.from({ length: 16 }, (_, n) => {
    // Every other client in the opposite order, for engines that lock.
    const names = n % 2 === 0 ? users : users.toReversed();
    const targets = Object.fromEntries(names.map((user) => [user, { batch: String(n), [`b${n}`]: "1" }]));
    return send("POST", `${bases[n % 2]}/metadata/user/set`, { token, json: { targets, atomic: true } });
  });
  const answers = await Promise.all(batches);
  const done = answers.flatMap(({ status }, n) => (status === 200 ? [n] : []));
  // None loses forever; one that has waited too long says so, and has stored nothing.
  for (const { status } of answers) expect([200, 503]).toContain(status);
  expect(done.length).toBeGreaterThan(0);
  const stored = await Promise.all(users.map(async (user) => (await get(user)).body.data));
  for (const each of stored) expect(each).toEqual(stored[0]);
  const keys = done.map((n) => `b${n}`);
  expect(Object.keys(stored[0]).sort()).toEqual(["batch", ...keys].sort());
}, 60_000);
