import { expect, test } from "bun:test";
import { StoreFailure } from "../../../src/core/faults/store-failure.ts";
import { send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { startTestService } from "../../harness/service.ts";

/** In a batch, the last user's set conflicts first; when that user is read again, the store is unreachable. */
async function halfwayService(nothingStored: boolean) {
  let calls = 0;
  let isFailing = false;
  const service = await startTestService({
    app: { conflicts: "merge" },
    wrap: (store) => ({
      ...delegateStore(store),
      async attributesOf(app, names, purpose) {
        if (isFailing) throw new StoreFailure("the store cannot be asked", nothingStored);
        return await store.attributesOf(app, names, purpose);
      },
      async writeAttributesOf(writes, allOrNothing, terms) {
        calls += 1;
        if (calls > 1) return await store.writeAttributesOf(writes, allOrNothing, terms);
        isFailing = true;
        return [...(await store.writeAttributesOf(writes.slice(0, -1), allOrNothing, terms)), "conflict"];
      },
    }),
  });
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.newUser("bob");
  return { service, admin };
}

const targets = { ada: { a: "1" }, bob: { b: "2" } };

test("a batch that is written in part is never 503: the store's failure is that of the remaining users", async () => {
  const { service, admin } = await halfwayService(true);
  await using _service = service;
  const answer = await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, json: { targets } });
  expect(answer.status).toBe(200);
  expect(answer.body.data).toEqual({ ada: { a: "1" } });
  expect(answer.body.errors).toMatchObject({ bob: { status: 503, error: "service_unavailable" } });
  expect((await admin.get("ada")).body.data).toEqual({ a: "1" });
  expect((await admin.get("bob")).body.data).toEqual({});
});

test("where the store cannot tell their outcome, the batch is 500", async () => {
  const { service, admin } = await halfwayService(false);
  await using _service = service;
  const answer = await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, json: { targets } });
  expect(answer.status).toBe(500);
});
