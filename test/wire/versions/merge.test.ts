import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { startTestService } from "../../harness/service.ts";

test("conflicting sets are merged, each answered with the attributes stored after it", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate, app: { conflicts: "merge" } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  held.hold();
  const sets = Array.from({ length: 8 }, (_, n) => send("PUT", url, { token, form: { [`k${n}`]: "v", same: `${n}` } }));
  await held.waiting(1);
  held.release();
  const answers = await Promise.all(sets);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const stored = (await admin.get("ada")).body.data;
  expect(Object.keys(stored)).toEqual(["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "same"]);
  const chain = answers.toSorted((a, b) => a.body.lastModified - b.body.lastModified);
  expect(chain.at(-1)?.body.data).toEqual(stored);
  for (const [index, { body }] of chain.entries()) expect(Object.keys(body.data)).toHaveLength(index + 2);
});

test("a limit holds for the merged whole, and a set refused for it stores nothing", async () => {
  await using service = await startTestService({ app: { conflicts: "merge", userBytesMax: 100 } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) => send("PUT", url, { token, form: { [`k${n}`]: "x".repeat(38) } })),
  );
  const statuses = answers.map(({ status }: Answer) => status).sort();
  expect(statuses).toEqual([200, 200, 403, 403, 403, 403]);
  expect(await admin.capacity()).toBe(80);
});

test("with If-Match it is 412 there too", async () => {
  await using service = await startTestService({ app: { conflicts: "merge" } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const tag = (await admin.set("ada", { a: "1" })).headers.get("etag") ?? "";
  const url = `${service.base}/metadata/user/ada`;
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      send("PUT", url, { token, form: { a: `${n}x` }, headers: { "if-match": tag } }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
});

test("a running server follows the setting within a second", async () => {
  await using service = await startTestService({ parts: {} });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const conflicts = async () =>
    (await send("GET", `${service.base}/metadata/limits`, { token: admin.token })).body.data.conflicts;
  expect(await conflicts()).toBe("refuse");
  await service.setApp({ conflicts: "merge" });
  const until = Date.now() + 1000;
  while ((await conflicts()) !== "merge" && Date.now() < until) await Bun.sleep(20);
  expect(await conflicts()).toBe("merge");
});
