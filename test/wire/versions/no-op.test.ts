import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { startTestService } from "../../harness/service.ts";

/** Counts the commits asked for. */
function countWrites() {
  let writes = 0;
  const wrap = (store: Store): Store => ({
    ...delegateStore(store),
    writeAttributes(write) {
      writes += 1;
      return store.writeAttributes(write);
    },
    writeAttributesOf(several, allOrNothing) {
      writes += 1;
      return store.writeAttributesOf(several, allOrNothing);
    },
    clearAttributes(app, name, now) {
      writes += 1;
      return store.clearAttributes(app, name, now);
    },
  });
  return { wrap, count: () => writes };
}

test("a set that changes nothing is 200, makes no version and asks the store for no commit", async () => {
  const { wrap, count } = countWrites();
  await using service = await startTestService({ wrap });
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  await admin.newUser("bob");
  const url = `${service.base}/metadata/user/ada`;
  const first = await admin.set("ada", { nickname: "Ada", sign: "hi" });
  const tag = first.headers.get("etag") ?? "";
  const before = count();
  const merge = { headers: { "content-type": "application/merge-patch+json" } };
  const batch = { targets: { ada: { nickname: "Ada" }, bob: { sign: null } } };
  const calls = [
    () => admin.set("ada", { nickname: "Ada" }),
    () => admin.set("ada", { sign: "hi", absent: "" }),
    () => send("PATCH", url, { token, body: '{"nickname":"Ada","absent":null}', ...merge }),
    () => send("PATCH", url, { token, body: "{}", ...merge }),
    () => send("PUT", url, { token, form: { nickname: "Ada" }, headers: { "if-match": tag } }),
    () => send("DELETE", `${url}?properties=absent`, { token }),
    () => send("DELETE", `${service.base}/metadata/user/bob`, { token }),
    () => send("DELETE", `${service.base}/metadata/user/nobody`, { token }),
    () => send("POST", `${service.base}/metadata/user/set`, { token, json: batch }),
    () => send("POST", `${service.base}/metadata/user/set`, { token, json: { ...batch, atomic: true } }),
  ];
  for (const [index, call] of calls.entries()) {
    expect([index, (await call()).status]).toEqual([index, 200]);
    expect([index, count()]).toEqual([index, before]);
  }
  const after = await admin.get("ada");
  expect([after.headers.get("etag"), after.body.lastModified]).toEqual([tag, first.body.lastModified]);
  await admin.set("ada", { nickname: "Bob" });
  expect(count()).toBe(before + 1);
});
