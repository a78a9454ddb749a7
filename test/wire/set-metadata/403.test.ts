import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const DESC = "user metadata length exceed the limit";

// "Returns value 403, the user attribute value you are trying to set exceeds the length limit. The limit may be a
// limit on the total length of metadata under a single user, or it may be a limit on the total length of all user
// metadata under an app."
const TEXTS = {
  2021: { user: DESC, app: DESC },
  // protocol.md § 1.2, the newer documents' messages
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

    expectMetadataError(await admin.set("ada", { ext: "x".repeat(2046) }), expected);
    expect((await admin.get("ada")).body.data).toEqual({});

    expect((await admin.set("ada", { ext: "x".repeat(2000) })).status).toBe(200);
    expectMetadataError(await admin.set("ada", { sign: "x".repeat(42) }), expected);
    expect((await admin.set("ada", { sign: "x".repeat(41) })).status).toBe(200);
    expect(await admin.capacity()).toBe(2048);
  });

  test(`${dialect}: all users of an app together pass its limit not by one byte`, async () => {
    await using service = await startTestService({ app: { dialect, appBytesMax: 3000 } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await admin.newUser("bob");
    const expected = { status: 403, error: "FORBIDDEN", text: TEXTS[dialect].app, desc: DESC };

    expect((await admin.set("ada", { ext: "x".repeat(1997) })).status).toBe(200);
    expectMetadataError(await admin.set("bob", { ext: "x".repeat(998) }), expected);
    expect((await admin.get("bob")).body.data).toEqual({});
    expect((await admin.set("bob", { ext: "x".repeat(997) })).status).toBe(200);
    expect(await admin.capacity()).toBe(3000);
  });
}

test("bytes are counted, not characters", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  expect((await admin.set("ada", { ext: "好".repeat(682) })).status).toBe(403);
  expect((await admin.set("ada", { ext: "好".repeat(681) })).status).toBe(200);
  expect(await admin.capacity()).toBe(2046);
});

test("a body far over the limit, but not over what is read, is the documented 403", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  for (const length of [20_000, 1_000_000]) {
    const answer = await admin.set("ada", { ext: "x".repeat(length) });
    expectMetadataError(answer, { status: 403, error: "FORBIDDEN", text: DESC });
  }
});
