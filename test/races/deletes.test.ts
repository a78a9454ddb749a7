import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../harness/client.ts";
import { holdWrites } from "../harness/held-store.ts";
import { startTestService } from "../harness/service.ts";
import { expectExactCapacity } from "./stored.ts";

const SETS = 8;

function setAtOnce(base: string, token: string): Promise<Answer[]> {
  const sets = Array.from({ length: SETS }, (_, n) =>
    send("PUT", `${base}/metadata/user/ada`, { token, form: { [`k${n}`]: "v" } }),
  );
  return Promise.all(sets);
}

const statusesOf = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);

test("a delete concurrent with sets never conflicts, and the sets that had read before it are refused", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await admin.set("ada", { before: "gone" });
  held.hold();
  const sets = setAtOnce(service.base, ada);
  await held.waiting(SETS);
  const remove = () => send("DELETE", `${service.base}/metadata/user/ada`, { token: ada });
  const deletes = await Promise.all([remove(), remove(), remove()]);
  expect(deletes.map(({ status, body }) => [status, body.data])).toEqual(deletes.map(() => [200, true]));
  held.release();

  expect(statusesOf(await sets)).toEqual(Array(SETS).fill(409));
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(await expectExactCapacity(service, admin)).toBe(0);
});

test("a delete without stored attributes changes nothing: one of the sets is stored", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  held.hold();
  const sets = setAtOnce(service.base, ada);
  await held.waiting(SETS);
  expect((await send("DELETE", `${service.base}/metadata/user/ada`, { token: ada })).status).toBe(200);
  held.release();

  expect(statusesOf(await sets).toSorted()).toEqual([200, ...Array(SETS - 1).fill(409)]);
  expect(Object.keys((await admin.get("ada")).body.data)).toHaveLength(1);
});

for (const again of [false, true]) {
  test(`a set that was in flight when its user was deleted${again ? " and created again" : ""} is refused and absent`, async () => {
    const held = holdWrites();
    await using service = await startTestService({ gate: held.gate });
    const admin = await signIn(service);
    await admin.newUser("ada");
    held.hold();
    const sets = setAtOnce(service.base, admin.token);
    await held.waiting(SETS);
    await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
    if (again) await admin.newUser("ada");
    held.release();

    expect(statusesOf(await sets)).toEqual(Array(SETS).fill(409));
    const { status, body } = await admin.get("ada");
    expect([status, body.data]).toEqual([again ? 200 : 404, {}]);
    expect(await expectExactCapacity(service, admin)).toBe(0);
  });
}

test("among unsynchronised sets and deletes no delete is ever refused", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  for (let round = 0; round < 10; round++) {
    const calls = Array.from({ length: 24 }, (_, n) =>
      n % 3 === 0
        ? send("DELETE", `${service.base}/metadata/user/ada`, { token: ada })
        : send("PUT", `${service.base}/metadata/user/ada`, { token: ada, form: { [`k${n}`]: "v" } }),
    );
    const answers = await Promise.all(calls);
    const stored = (await admin.get("ada")).body.data;
    for (const [n, { status }] of answers.entries()) {
      if (n % 3 === 0) expect(status).toBe(200);
      else if (status === 409) expect(stored).not.toHaveProperty(`k${n}`);
      else expect(status).toBe(200);
    }
    await expectExactCapacity(service, admin);
    await send("DELETE", `${service.base}/metadata/user/ada`, { token: ada });
    expect(await admin.capacity()).toBe(0);
  }
});
