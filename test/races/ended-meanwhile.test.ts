import { expect, test } from "bun:test";
import { userName } from "../../src/core/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { send, signIn } from "../harness/client.ts";
import { delegateStore } from "../harness/delegate-store.ts";
import { heldHashes } from "../harness/held-hashes.ts";
import { holdWrites } from "../harness/held-store.ts";
import { startTestService } from "../harness/service.ts";
import { operatorOf } from "../wire/revocation/revocations.ts";
import { type OwnApp, ownApps } from "./own-app.ts";

const hashes = heldHashes();
const writes = holdWrites();
const newApp = ownApps({ gate: writes.gate, parts: { passwords: hashes.passwords } });

/** The ways to end an admin's authority while a long call of theirs is in flight. */
const ENDINGS: Readonly<Record<string, (app: OwnApp) => Promise<unknown>>> = {
  "the secret is rotated": ({ service, app }) => operatorOf(service).rotateSecret(app),
  "all tokens are revoked": ({ service, app }) => operatorOf(service).revokeTokens(app, "all"),
  "the app is deleted": ({ service, app }) => operatorOf(service).remove(app),
};

const USERS = 60;
const HASHED_BEFORE = 5;

function createSixty({ base, admin: { token } }: OwnApp): ReturnType<typeof send> {
  const json = Array.from({ length: USERS }, (_, index) => ({ username: `user-${index}`, password: "secret" }));
  return send("POST", `${base}/users`, { token, json });
}

for (const [what, end] of Object.entries(ENDINGS)) {
  test(`registering sixty users: once ${what}, none is created and no further password is hashed`, async () => {
    const held = hashes.hold((_, before) => before >= HASHED_BEFORE);
    const app = await newApp();
    const creating = createSixty(app);
    await held.waiting(1);
    await end(app);
    held.release();
    expect((await creating).status).toBe(what === "the app is deleted" ? 404 : 401);
    expect(held.begun()).toBe(HASHED_BEFORE + 1);
    expect(await app.service.store.users(app.app.number, undefined, USERS)).toEqual([]);
    expect(app.service.faults).toEqual([]);
  });

  test(`registering sixty users: if ${what} while the last password is hashed, none is created`, async () => {
    const held = hashes.hold((_, before) => before === USERS - 1);
    const app = await newApp();
    const creating = createSixty(app);
    await held.waiting(1);
    await end(app);
    held.release();
    expect((await creating).status).toBe(what === "the app is deleted" ? 404 : 401);
    expect(await app.service.store.users(app.app.number, undefined, USERS)).toEqual([]);
  });
}

for (const who of ["an unauthenticated client", "a user"] as const) {
  test(`a registration by ${who} whose password is hashed while registration is closed is not stored`, async () => {
    const held = hashes.hold((password) => password === "late");
    const app = await newApp({ registration: "open" });
    const token = who === "an unauthenticated client" ? undefined : await app.admin.newUser("ada");
    const before = await app.service.store.users(app.app.number, undefined, USERS);
    const json = { username: "bob", password: "late" };
    const registering = send("POST", `${app.base}/users`, { token, json });
    await held.waiting(1);
    await operatorOf(app.service).set(app.app, { registration: "authorised" });
    held.release();
    expect((await registering).status).toBe(401);
    expect(await app.service.store.users(app.app.number, undefined, USERS)).toEqual(before);
  });
}

for (const method of ["PATCH", "PUT"] as const) {
  test(`a user's ${method} that waits for the store is not applied to a user created again meanwhile`, async () => {
    const app = await newApp();
    const { admin } = app;
    const token = await admin.newUser("ada");
    writes.hold();
    const sent = method === "PATCH" ? MERGE_PATCH : { form: { nickname: "former" } };
    const writing = send(method, `${app.base}/metadata/user/ada`, { token, ...sent });
    await writes.waiting(1);
    await send("DELETE", `${app.base}/users/ada`, { token: admin.token });
    await admin.register("ada");
    writes.release();
    expect((await writing).status).toBe(401);
    expect((await admin.get("ada")).body.data).toEqual({});
    expect(app.service.faults).toEqual([]);
  });

  for (const [what, end] of Object.entries(ENDINGS)) {
    test(`an admin's ${method} that waits for the store while ${what} is not stored`, async () => {
      const app = await newApp();
      const { admin } = app;
      await admin.register("ada");
      writes.hold();
      const sent = method === "PATCH" ? MERGE_PATCH : { form: { nickname: "late" } };
      const writing = send(method, `${app.base}/metadata/user/ada`, { token: admin.token, ...sent });
      await writes.waiting(1);
      await end(app);
      writes.release();
      const { status } = await writing;
      // The user is gone with the app: to the store that is a conflict like any other.
      expect(what === "the app is deleted" ? [404, 409] : [401]).toContain(status);
      const ada = userName("ada");
      const stored = ada && (await app.service.store.attributes(app.app.number, ada, "write"));
      expect(stored?.json ?? "{}").toBe("{}");
    });
  }
}

const MERGE_PATCH = {
  body: '{"nickname":"former"}',
  headers: { "content-type": "application/merge-patch+json" },
};

test("a deletion of many users spares a user created again after the list was read", async () => {
  hashes.hold(() => false);
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const wrap = (store: Store): Store => ({
    ...delegateStore(store),
    async deleteUsers(app, names, now, terms) {
      if (names.length > 1) {
        reached.resolve();
        await gate.promise;
      }
      return await store.deleteUsers(app, names, now, terms);
    },
  });
  await using service = await startTestService({ wrap, parts: { passwords: hashes.passwords } });
  const admin = await signIn(service);
  for (const name of ["ada", "bob", "eve"]) await admin.register(name);
  const deleting = send("DELETE", `${service.base}/users?limit=10`, { token: admin.token });
  await reached.promise;
  await send("DELETE", `${service.base}/users/bob`, { token: admin.token });
  await admin.register("bob");
  await admin.set("bob", { nickname: "new" });
  gate.resolve();
  const { status, body } = await deleting;
  expect([status, body.entities.map(({ username }: { username: string }) => username)]).toEqual([200, ["ada", "eve"]]);
  expect((await admin.get("bob")).body.data).toEqual({ nickname: "new" });
  expect((await admin.get("ada")).status).toBe(404);
});
