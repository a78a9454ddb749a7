import { describe, expect, test } from "bun:test";
import { type Admin, type Answer, type Sent, send, signIn } from "../harness/client.ts";
import { mariadbIsMissing, sharedMariadb, type TestDatabase } from "../harness/mariadb.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness/service.ts";
import { expectExactCapacity } from "../races/stored.ts";
import { lockForeign } from "./mysql-foreign.ts";

/** A call that stores nothing is refused within this time. */
const REFUSED_WITHIN_MS = 2000;
const SETS = 40;
const CALLERS = 64;
/** By the whole key: any other condition would lock more rows than Ada's. */
const LOCK_ADA = "SELECT id FROM users WHERE app = (SELECT number FROM apps) AND name = 'ada' FOR UPDATE";

/** The server's own timeout, and one with which it could wait much longer. */
/** The operator's timeout makes no difference to waiting calls; the long tests try more values. */
const TIMEOUTS_MS = process.env.LONG_SECONDS === undefined ? [1000] : [1000, 10_000];

for (const timeoutMs of TIMEOUTS_MS) {
  describe.skipIf(mariadbIsMissing())(`while another program holds a lock (timeout=${timeoutMs}):`, () => {
    for (const conflicts of ["refuse", "merge"] as const) {
      test(`sets of its user (conflicts=${conflicts}) are 503 in time and never stored, and other users' sets succeed`, async () => {
        await using locking = await lockable(timeoutMs, { app: { conflicts } });
        const { service, admin, database } = locking;
        const refused: Timed[] = [];
        const others: Timed[] = [];
        {
          await using _lock = await lockForeign(database, LOCK_ADA);
          for (let round = 0; round < 3; round++) {
            const bobs = Array.from({ length: 10 }, (_, n) =>
              timed(() => admin.set("bob", { [`r${round}k${n}`]: "v" })),
            );
            const key = (n: number) => `r${round}k${n}`;
            const adas = Array.from({ length: SETS }, (_, n) => timed(() => admin.set("ada", { [key(n)]: "refused" })));
            others.push(...(await Promise.all(bobs)));
            refused.push(...(await Promise.all(adas)));
          }
        }
        // None of them is carried out later.
        expect((await admin.set("ada", { after: "stored" })).body.data).toEqual({ before: "kept", after: "stored" });
        expectRefused(refused, others);
        const allowed = conflicts === "merge" ? [200] : [200, 409];
        for (const { answer } of others) expect(allowed).toContain(answer.status);
        await expectExactCapacity(service, admin);
      }, 60_000);
    }

    test("a batch refuses only the locked user, and everything if it is all or nothing", async () => {
      await using locking = await lockable(timeoutMs);
      const { service, admin, database } = locking;
      const targets = { ada: { a: "refused" }, bob: { b: "stored" } };
      const setMany = (json: object) => call(service, admin, "POST", "/metadata/user/set", { json });
      {
        await using _lock = await lockForeign(database, LOCK_ADA);
        const [each, all] = await Promise.all([
          setMany({ targets }),
          setMany({ targets: { ada: { c: "refused" }, bob: { d: "refused" } }, atomic: true }),
        ]);
        expect(each.answer.status).toBe(200);
        expect(Object.keys(each.answer.body.data)).toEqual(["bob"]);
        expect(each.answer.body.errors).toMatchObject({ ada: { status: 503 } });
        expectRefused([all], [each]);
      }
      expect((await admin.get("ada")).body.data).toEqual({ before: "kept" });
      expect((await admin.get("bob")).body.data).toEqual({ b: "stored" });
      await expectExactCapacity(service, admin);
    }, 60_000);

    test("deletions and changes of its user are 503, and those of others go on beside any number of them", async () => {
      await using locking = await lockable(timeoutMs);
      const { service, admin, database } = locking;
      const calls: readonly (readonly [string, string, Sent?])[] = [
        ["DELETE", "/metadata/user/ada"],
        ["DELETE", "/metadata/user/ada?properties=before"],
        ["DELETE", "/users/ada"],
        ["PUT", "/users/ada/password", { json: { newpassword: "other" } }],
        ["POST", "/users/ada/deactivate"],
      ];
      {
        await using _lock = await lockForeign(database, LOCK_ADA);
        const many = Array.from({ length: 8 }, () => calls).flat();
        const refusing = Promise.all(many.map((each) => call(service, admin, ...each)));
        const others: Timed[] = [];
        for (let n = 0; n < 5; n++) {
          others.push(await call(service, admin, "POST", "/users", { json: { username: `new${n}`, password: "p" } }));
          others.push(await call(service, admin, "DELETE", "/metadata/user/bob"));
        }
        expect(others.map(({ answer }) => answer.status)).toEqual(others.map(() => 200));
        expectRefused(await refusing, others);
      }
      const { body } = await send("GET", `${service.base}/users/ada`, { token: admin.token });
      expect(body.entities[0]).toMatchObject({ username: "ada", activated: true });
      expect((await admin.get("ada")).body.data).toEqual({ before: "kept" });
      await expectExactCapacity(service, admin);
    }, 60_000);

    test(`${CALLERS} callers that create users get 503, none 500, and none of their users exists afterwards`, async () => {
      await using locking = await lockable(timeoutMs);
      const { service, admin, database } = locking;
      const register = (prefix: string) =>
        Promise.all(
          Array.from({ length: CALLERS }, (_, n) =>
            call(service, admin, "POST", "/users", { json: { username: `${prefix}${n}`, password: "p" } }),
          ),
        );
      // The admission of hashing decides which of them succeed, and takes a part of the time.
      const free = await register("free");
      {
        await using _lock = await lockForeign(database, "SELECT number FROM apps FOR UPDATE");
        expectRefused(await register("locked"), free);
      }
      const { body } = await send("GET", `${service.base}/users?limit=100`, { token: admin.token });
      const names: string[] = body.entities.map(({ username }: { username: string }) => username);
      expect(names.filter((name) => name.startsWith("locked"))).toEqual([]);
      const [after] = await register("after");
      expect(after?.answer.status).toBe(200);
    }, 60_000);

    test("of a whole table: sets and reads are 503 in time, and all succeed afterwards", async () => {
      await using locking = await lockable(timeoutMs);
      const { service, admin, database } = locking;
      const askAll = (value: string) =>
        Promise.all(
          Array.from({ length: CALLERS }, () => [
            timed(() => admin.set("ada", { value })),
            timed(() => admin.get("bob")),
            timed(() => send("GET", `${service.base}/users/bob`, { token: admin.token })),
          ]).flat(),
        );
      const free = await askAll("stored");
      {
        await using _lock = await lockForeign(database, "LOCK TABLES users WRITE");
        expectRefused(await askAll("refused"), free);
      }
      expect((await admin.get("ada")).body.data).toEqual({ before: "kept", value: "stored" });
      expect((await admin.set("ada", { after: "stored" })).status).toBe(200);
      await expectExactCapacity(service, admin);
    }, 60_000);
  });
}

interface Timed {
  readonly answer: Answer;
  readonly ms: number;
}

async function timed(asked: () => Promise<Answer>): Promise<Timed> {
  const from = performance.now();
  const answer = await asked();
  return { answer, ms: performance.now() - from };
}

function call({ base }: TestService, { token }: Admin, method: string, path: string, sent: Sent = {}): Promise<Timed> {
  return timed(() => send(method, `${base}${path}`, { ...sent, token }));
}

/** @param others calls that nothing blocked: their time is the delay of the busy machine */
function expectRefused(refused: readonly Timed[], others: readonly Timed[]): void {
  for (const { answer } of refused) {
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  }
  const slowest = Math.max(0, ...others.map(({ ms }) => ms));
  expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(REFUSED_WITHIN_MS + slowest);
}

/** A server with the users `ada` and `bob`, and its database, in which other clients can take locks. */
async function lockable(timeoutMs: number, options: TestServiceOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const database: TestDatabase = stack.use(await (await sharedMariadb()).freshDatabase());
  const storeUrl = `${database.url}?timeout=${timeoutMs}`;
  const service = stack.use(await startTestService({ ...options, storeUrl }));
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("ada", { before: "kept" });
  const owned = stack.move();
  return { database, service, admin, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
