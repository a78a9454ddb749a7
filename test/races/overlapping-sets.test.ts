import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../harness/client.ts";
import { holdWrites } from "../harness/held-store.ts";
import { startSecondServer } from "../harness/second-server.ts";
import { startTestService } from "../harness/service.ts";
import { expectExactCapacity } from "./stored.ts";

const SETS = 24;

/** That many concurrent sets of `ada`, each of a key of its own, spread over the servers. */
function setAtOnce(bases: readonly string[], token: string, round: number): Promise<Answer[]> {
  const sets = Array.from({ length: SETS }, (_, n) => {
    const form = { [`r${round}k${n}`]: `value ${n}` };
    return send("PUT", `${bases[n % bases.length]}/metadata/user/ada`, { token, form });
  });
  return Promise.all(sets);
}

/** Promise 2: "exactly those that answered 200 are in the stored result, in some order". */
function expectWinnersOnly(answers: readonly Answer[], round: number, stored: Record<string, string>): number {
  const winners: Answer[] = [];
  for (const [n, answer] of answers.entries()) {
    expect([200, 409]).toContain(answer.status);
    const isStored = `r${round}k${n}` in stored;
    expect([n, isStored]).toEqual([n, answer.status === 200]);
    if (answer.status === 200) winners.push(answer);
  }
  // Each winner returned all attributes after it: one key more than the previous one.
  const chain = winners.toSorted((a, b) => a.body.lastModified - b.body.lastModified);
  const sizes = chain.map(({ body }) => Object.keys(body.data).length);
  const last = Object.keys(stored).length;
  expect(sizes).toEqual(sizes.map((_, place) => last - sizes.length + 1 + place));
  expect(new Set(chain.map(({ body }) => body.lastModified)).size).toBe(chain.length);
  if (chain.length > 0) expect(chain.at(-1)?.body.data).toEqual(stored);
  return winners.length;
}

test("exactly one of 24 sets that have read one version is stored, and 23 are refused and absent", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await admin.set("ada", { before: "kept" });
  for (let round = 0; round < 5; round++) {
    held.hold();
    const sets = setAtOnce([service.base], round % 2 === 0 ? ada : admin.token, round);
    await held.waiting(SETS);
    held.release();

    const answers = await sets;
    const stored = (await admin.get("ada")).body.data;
    expect(expectWinnersOnly(answers, round, stored)).toBe(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(SETS - 1);
    expect(stored.before).toBe("kept");
    await expectExactCapacity(service, admin);
  }
  expect(service.faults).toEqual([]);
});

test("of 24 unsynchronised sets, each answered 200 is stored, and each answered 409 is absent", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  for (let round = 0; round < 10; round++) {
    await send("DELETE", `${service.base}/metadata/user/ada`, { token: ada });
    const answers = await setAtOnce([service.base], ada, round);
    const stored = (await admin.get("ada")).body.data;
    expect(expectWinnersOnly(answers, round, stored)).toBeGreaterThan(0);
    await expectExactCapacity(service, admin);
  }
  expect(service.faults).toEqual([]);
});

test("the same through two servers on one store", async () => {
  await using service = await startTestService();
  await using second = await startSecondServer(service);
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  for (let round = 0; round < 10; round++) {
    await send("DELETE", `${service.base}/metadata/user/ada`, { token: ada });
    const answers = await setAtOnce([service.base, second.base], ada, round);
    const stored = (await admin.get("ada")).body.data;
    expect(expectWinnersOnly(answers, round, stored)).toBeGreaterThan(0);
    const elsewhere = await send("GET", `${second.base}/metadata/user/ada`, { token: ada });
    expect(elsewhere.body.data).toEqual(stored);
  }
  await expectExactCapacity(service, admin);
});

test("a set retried after a 409 is eventually stored: no set is lost, none is stored twice", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const writers = Array.from({ length: SETS }, async (_, n) => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const form = { [`k${n}`]: String(n) };
      const { status } = await send("PUT", `${service.base}/metadata/user/ada`, { token: ada, form });
      if (status === 200) return;
      expect(status).toBe(409);
    }
    throw new Error(`writer ${n} was refused 200 times`);
  });
  await Promise.all(writers);
  const wanted = Object.fromEntries(Array.from({ length: SETS }, (_, n) => [`k${n}`, String(n)]));
  expect((await admin.get("ada")).body.data).toEqual(wanted);
  await expectExactCapacity(service, admin);
}, 20_000);
