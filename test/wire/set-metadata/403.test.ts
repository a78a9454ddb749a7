import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { StoreError } from "../../../src/store/store-error.ts";
import { send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const DESC = "user metadata length exceed the limit";

// "Returns value 403, the user attribute value you are trying to set exceeds the length limit. The limit may be a
// limit on the total length of metadata under a single user, or it may be a limit on the total length of all user
// metadata under an app."
const TEXTS = {
  2021: { user: DESC, app: DESC },
  // docs/PROTOCOL.md § Set, the newer documents' messages
  2026: {
    user: "size of metadata for this single user exceeds the user defined limit, 2048Bytes",
    app: "total size of user metadata for this app exceeds the user defined limit, 3000Bytes",
  },
} as const;

for (const dialect of ["2021", "2026"] as const) {
  test(`${dialect}: a user's attributes pass 2048 bytes neither by one set nor by several`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    const expected = { status: 403, error: "FORBIDDEN", text: TEXTS[dialect].user, desc: DESC };

    const whole = await admin.set("ada", { ext: "x".repeat(2046) });
    expectMetadataError(whole, { ...expected, details: { used: 0, limit: 2048, attempted: 2049 } });
    expect(whole.headers.get("x-quota-user-used")).toBe("0");
    expect(whole.headers.get("x-quota-user-limit")).toBe("2048");
    expect((await admin.get("ada")).body.data).toEqual({});

    expect((await admin.set("ada", { ext: "x".repeat(2000) })).status).toBe(200);
    const details = { used: 2003, limit: 2048, attempted: 2049 };
    expectMetadataError(await admin.set("ada", { sign: "x".repeat(42) }), { ...expected, details });
    expect((await admin.set("ada", { sign: "x".repeat(41) })).status).toBe(200);
    expect(await admin.capacity()).toBe(2048);
  });

  test(`${dialect}: all users of an app together pass its limit not by one byte`, async () => {
    await using service = await startTestService({ app: { dialect, appBytesMax: 3000 } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await admin.newUser("bob");
    const details = { used: 2000, limit: 3000, attempted: 3001 };
    const expected = { status: 403, error: "FORBIDDEN", text: TEXTS[dialect].app, desc: DESC, details };

    expect((await admin.set("ada", { ext: "x".repeat(1997) })).status).toBe(200);
    expectMetadataError(await admin.set("bob", { ext: "x".repeat(998) }), expected);
    expect((await admin.get("bob")).body.data).toEqual({});
    expect((await admin.set("bob", { ext: "x".repeat(997) })).status).toBe(200);
    expect(await admin.capacity()).toBe(3000);
  });
}

// "only app admin has permission" (§ Get the total size of user metadata)
test("how full the app is is told to admins only", async () => {
  await using service = await startTestService({ app: { appBytesMax: 3000 } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("bob", { ext: "x".repeat(1997) });
  const url = `${service.base}/metadata/user/ada`;
  const answer = await send("PUT", url, { token, form: { ext: "x".repeat(1000) } });
  expectMetadataError(answer, { status: 403, error: "FORBIDDEN", text: DESC, details: { limit: 3000 } });
});

test("bytes are counted, not characters", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  expect((await admin.set("ada", { ext: "好".repeat(682) })).status).toBe(403);
  expect((await admin.set("ada", { ext: "好".repeat(681) })).status).toBe(200);
  expect(await admin.capacity()).toBe(2046);
});

test("a body far over the limit, but short enough to be read, is the documented 403", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  for (const length of [20_000, 262_141]) {
    const answer = await admin.set("ada", { ext: "x".repeat(length) });
    const details = { used: 0, limit: 2048, attempted: length + 3 };
    expectMetadataError(answer, { status: 403, error: "FORBIDDEN", text: DESC, details });
  }
});

test("an app that is full says so also where how full it is cannot be read", async () => {
  const withoutUsage = (store: Store): Store => ({
    ...delegateStore(store),
    usage: () => Promise.reject(new StoreError("unexpected", "an unexpected fault")),
  });
  await using service = await startTestService({ app: { appBytesMax: 3000 }, wrap: withoutUsage });
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.newUser("bob");
  expect((await admin.set("ada", { k: "x".repeat(2000) })).status).toBe(200);
  expect((await admin.set("bob", { k: "x".repeat(1500) })).status).toBe(403);
});
