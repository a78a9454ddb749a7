import { describe, expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { StoreError } from "../../../src/store/store-error.ts";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { startTestService } from "../../harness/service.ts";
import { userToken } from "../../identity/vendors/agora-tokens.ts";
import { startTrustedApp } from "../identity/trusted-app.ts";

/** A store of which single calls can be replaced while it serves. */
function breakable() {
  const broken: Partial<Store> = {};
  return {
    broken,
    wrap: (store: Store): Store => {
      const whole = delegateStore(store);
      return new Proxy(whole, {
        get: (_, key) => Reflect.get(key in broken ? broken : whole, key),
      });
    },
  };
}

const LOCKED = new StoreError("busy", "usermeta.db is locked by process 17");
const locked = (): never => {
  throw LOCKED;
};

function expectUnavailable(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, body: { error: "service_unavailable" } });
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(answer.text).not.toMatch(/locked|usermeta|process/);
}

function expectInternal(answer: Answer): void {
  expect(answer).toMatchObject({ status: 500, body: { error: "INTERNAL_SERVER_ERROR" } });
  expect(answer.headers.get("retry-after")).toBeNull();
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
}

describe("503 only where nothing is stored", () => {
  test("a write that was surely not stored is 503, one with an unknown outcome is 500", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    await admin.register("ada");
    for (const [error, expectAnswer] of [
      [LOCKED, expectUnavailable],
      [new StoreError("full", "the disk is full"), expectUnavailable],
      [new StoreError("unreachable", "no host answers"), expectUnavailable],
      [new StoreError("outcome_unknown", "the writer ended"), expectInternal],
      [new StoreError("io", "in a commit", undefined, false), expectInternal],
      [new StoreError("corrupt", "a damaged page"), expectInternal],
      [new StoreError("unexpected", "what is this"), expectInternal],
      [new Error("a fault of ours"), expectInternal],
    ] as const) {
      broken.writeAttributes = async () => {
        throw error;
      };
      expectAnswer(await admin.set("ada", { a: "1" }));
    }
  });

  test("a read that cannot be done is 503, whatever is read", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    await admin.register("ada");
    const calls: readonly (readonly [keyof Store, () => Promise<Answer>])[] = [
      ["attributes", () => admin.get("ada")],
      ["attributes", () => admin.set("ada", { a: "1" })],
      ["usage", () => send("GET", `${service.base}/metadata/user/capacity`, { token: admin.token })],
      ["user", () => send("GET", `${service.base}/users/ada`, { token: admin.token })],
      ["users", () => send("GET", `${service.base}/users`, { token: admin.token })],
    ];
    for (const [method, call] of calls) {
      Object.assign(broken, { [method]: locked });
      expectUnavailable(await call());
      delete broken[method];
    }
  });

  test("a token whose user cannot be read is neither valid nor invalid: 503", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    const get = () => send("GET", `${service.base}/metadata/user/ada`, { token });
    broken.user = locked;
    expectUnavailable(await get());
    expectUnavailable(
      await send("POST", `${service.base}/token`, {
        json: { grant_type: "password", username: "ada", password: "secret" },
      }),
    );
    delete broken.user;
    expect((await get()).status).toBe(200);
  });

  test("authority that was revoked here and cannot be looked up is not taken for valid: 503", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    const get = () => send("GET", `${service.base}/metadata/user/ada`, { token });
    expect((await get()).status).toBe(200);
    broken.changesSince = locked;
    await send("POST", `${service.base}/users/ada/deactivate`, { token: admin.token });
    expectUnavailable(await get());
    delete broken.changesSince;
    expect((await get()).status).toBe(401);
  });

  test("the operator is told of each under the id that the answer carries; the log makes few lines of them", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    broken.attributes = locked;
    const ids = new Set<string | null>();
    for (let call = 0; call < 5; call++) {
      const answer = await admin.get("ada");
      expectUnavailable(answer);
      ids.add(answer.headers.get("x-request-id"));
    }
    expect(ids.size).toBe(5);
    expect(service.faults).toEqual(Array.from({ length: 5 }, () => LOCKED));
  });
});

describe("a call of which a step is stored never says that nothing is", () => {
  test("a batch that could be finished in part reports the outcome of each user", async () => {
    const { broken, wrap } = breakable();
    let store: Store | undefined;
    await using service = await startTestService({
      app: { conflicts: "merge" },
      wrap: (inner) => {
        store = inner;
        return wrap(inner);
      },
    });
    const admin = await signIn(service);
    for (const user of ["ada", "bob"]) await admin.register(user);
    let calls = 0;
    broken.writeAttributesOf = async (writes, allOrNothing) => {
      calls += 1;
      if (calls > 1) throw LOCKED;
      // Bob's set conflicts once, and so has to be retried.
      const [first = "written"] = (await store?.writeAttributesOf(writes.slice(0, 1), allOrNothing)) ?? [];
      return [first, "conflict"];
    };
    const json = { targets: { ada: { a: "1" }, bob: { a: "1" } } };
    const answer = await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, json });
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { ada: { a: "1" } }, errors: { bob: { status: 503 } } },
    });
    expect(Object.keys(answer.body.data)).toEqual(["ada"]);
    expect((await admin.get("bob")).body.data).toEqual({});
  });

  test("an app that is full is said to be so, though how full it is cannot be read", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    for (const user of ["ada", "bob"]) await admin.register(user);
    broken.writeAttributesOf = async () => ["written", "full"];
    broken.usage = locked;
    const json = { targets: { ada: { a: "1" }, bob: { a: "1" } } };
    const answer = await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, json });
    expect(answer).toMatchObject({ status: 200, body: { errors: { bob: { status: 403 } } } });
  });

  test("a batch of which nothing is stored is 503 as a whole", async () => {
    const { broken, wrap } = breakable();
    await using service = await startTestService({ wrap });
    const admin = await signIn(service);
    for (const user of ["ada", "bob"]) await admin.register(user);
    broken.writeAttributesOf = locked;
    const json = { targets: { ada: { a: "1" }, bob: { a: "1" } } };
    expectUnavailable(await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, json }));
  });

  test("a first call that made its user and then found the store locked is 500; the next is 503 again", async () => {
    const { broken, wrap } = breakable();
    await using app = await startTrustedApp({}, { wrap });
    const token = userToken("ada");
    const set = () => send("PUT", `${app.service.base}/metadata/user/ada`, { token, form: { a: "1" } });
    broken.writeAttributes = locked;
    expectInternal(await set());
    expectUnavailable(await set());
    delete broken.writeAttributes;
    expect((await set()).status).toBe(200);
  });
});
