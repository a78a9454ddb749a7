import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Admin, type Answer, type Sent, send, signIn } from "../../harness/client.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

/** A plain reading of docs/EXTENSIONS.md: what is stored, and how often it has changed. */
interface ModelUser {
  /** Of every user that was ever made another. */
  readonly life: number;
  readonly attributes: Map<string, string>;
  changes: number;
}

/** The state of a user as an answer showed it: the same names must always mean the same state. */
interface Known {
  readonly user: string;
  readonly life: number;
  readonly changes: number;
  readonly etag: string | undefined;
  readonly modified: number;
}

const USER_BYTES_MAX = 24;

const user = fc.constantFrom("ada", "bob", "cyd");
const value = fc.constantFrom("", "1", "22", "333", "é", "x".repeat(20));
const changes = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
/** Which of the states that were ever told: from the last one back; undefined = none is named. */
const back = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 2 });
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("set" as const), user, changes, back, json: fc.boolean() }) },
  fc.record({ kind: fc.constant("first" as const), user, changes }),
  fc.record({
    kind: fc.constant("remove keys" as const),
    user,
    keys: fc.subarray(["a", "b", "c"], { minLength: 1 }),
    back,
  }),
  fc.record({ kind: fc.constant("remove" as const), user, back }),
  fc.record({
    kind: fc.constant("batch" as const),
    users: fc.dictionary(user, changes, { maxKeys: 3, noNullPrototype: true }),
    back,
    atomic: fc.boolean(),
  }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("get" as const), user, back }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delta" as const), back: fc.integer({ min: 0, max: 4 }) }) },
  fc.record({ kind: fc.constant("delete user" as const), user }),
  fc.record({ kind: fc.constant("make user" as const), user }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

test("any sequence of calls has the effect of a plain map's, and versions tell its states apart", async () => {
  await using service = await startTestService({ app: { userBytesMax: USER_BYTES_MAX } });
  const admin = await signIn(service);
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 40 }), async (operations) => {
      await using run = await begin(service, admin);
      for (const each of operations) await run.apply(each);
      await run.compare();
    }),
    { numRuns: process.env.TEST_ENGINE === "mysql" ? 20 : 40 },
  );
  expect(service.faults).toEqual([]);
}, 120_000);

async function begin(service: TestService, admin: Admin) {
  const model = new Map<string, ModelUser>();
  const told: Known[] = [];
  let lives = 0;
  const { token } = admin;
  const call = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    send(method, `${service.base}${path}`, { token, ...sent });

  async function make(name: string): Promise<void> {
    if (model.has(name)) return;
    // A user created again must not begin in a millisecond of their former versions, which many changes run ahead of.
    const last = Math.max(0, ...told.filter((each) => each.user === name).map(({ modified }) => modified));
    while (Date.now() <= last) await Bun.sleep(1);
    await admin.newUser(name);
    lives += 1;
    model.set(name, { life: lives, attributes: new Map(), changes: 0 });
    await look(name);
  }

  /** The user's state `index` states ago. */
  const known = (name: string, index: number | undefined): Known | undefined =>
    index === undefined ? undefined : told.filter((each) => each.user === name).at(-1 - index);

  const isNow = (name: string, state: Known): boolean => {
    const now = model.get(name);
    return now?.life === state.life && now.changes === state.changes;
  };

  /** Checks that the version that an answer has told is new exactly if the state is. */
  function hear(name: string, etag: string | undefined, modified: number): void {
    const now = model.get(name);
    if (now === undefined) throw new Error(`${name} is not there`);
    for (const state of told) {
      if (state.user !== name) continue;
      const isSame = isNow(name, state);
      if (etag !== undefined && state.etag !== undefined) expect(etag === state.etag).toBe(isSame);
      if (isSame) expect(modified).toBe(state.modified);
      else if (state.life === now.life) expect(modified).toBeGreaterThan(state.modified);
    }
    told.push({ user: name, life: now.life, changes: now.changes, etag, modified });
  }

  async function look(name: string): Promise<void> {
    const answer = await admin.get(name);
    const now = model.get(name);
    expect(answer.status).toBe(now === undefined ? 404 : 200);
    expect(answer.body.data).toEqual(Object.fromEntries(now?.attributes ?? []));
    if (now !== undefined) hear(name, answer.headers.get("etag") ?? "", answer.body.lastModified);
  }

  /** The user's attributes after the change: undefined if they would be too large. */
  function merged(name: string, wanted: Readonly<Record<string, string>>): Map<string, string> | undefined {
    const before = model.get(name)?.attributes ?? new Map<string, string>();
    const after = new Map(before);
    for (const [key, text] of Object.entries(wanted)) {
      if (text === "") after.delete(key);
      else after.set(key, text);
    }
    return bytesOf(after) > USER_BYTES_MAX && bytesOf(after) > bytesOf(before) ? undefined : after;
  }

  function take(name: string, after: Map<string, string>): void {
    const now = model.get(name);
    if (now === undefined || isDeepEqual(now.attributes, after)) return;
    model.set(name, { life: now.life, attributes: after, changes: now.changes + 1 });
  }

  function differing(name: string, wanted: Readonly<Record<string, string>>): Record<string, string | null> {
    const now = model.get(name)?.attributes;
    const entries = Object.entries(wanted).filter(([key, text]) => (now?.get(key) ?? "") !== text);
    return now === undefined ? {} : Object.fromEntries(entries.map(([key]) => [key, now.get(key) ?? null]));
  }

  async function set(name: string, wanted: Readonly<Record<string, string>>, state: Known | undefined, json: boolean) {
    const ifMatch = state?.etag === undefined ? {} : { "if-match": state.etag };
    const isConditional = state?.etag !== undefined;
    const answer = json
      ? await call("PATCH", `/metadata/user/${name}`, {
          body: JSON.stringify(wanted),
          headers: { "content-type": "application/merge-patch+json", ...ifMatch },
        })
      : await call("PUT", `/metadata/user/${name}`, { form: wanted, headers: ifMatch });
    const holds = state === undefined || !isConditional || isNow(name, state);
    expectSet(name, wanted, answer, holds);
  }

  function expectSet(name: string, wanted: Readonly<Record<string, string>>, answer: Answer, holds: boolean): void {
    const after = merged(name, wanted);
    if (!holds) {
      expect(answer.status).toBe(412);
      expect(answer.body.current).toEqual(differing(name, wanted));
      if (model.has(name)) hear(name, answer.body.etag, answer.body.lastModified);
      return;
    }
    if (!model.has(name)) return void expect(answer.status).toBe(404);
    if (after === undefined) return void expect(answer.status).toBe(403);
    take(name, after);
    expect([answer.status, answer.body.data]).toEqual([200, Object.fromEntries(after)]);
    hear(name, answer.headers.get("etag") ?? "", answer.body.lastModified);
  }

  async function remove(name: string, keys: readonly string[] | undefined, state: Known | undefined): Promise<void> {
    const query = keys === undefined ? "" : `?properties=${keys.join(",")}`;
    const headers = state?.etag === undefined ? {} : { "if-match": state.etag };
    const answer = await call("DELETE", `/metadata/user/${name}${query}`, { headers });
    const wanted = Object.fromEntries((keys ?? []).map((key) => [key, ""]));
    if (state?.etag !== undefined && !isNow(name, state)) {
      expect([answer.status, answer.body.current]).toEqual([412, differing(name, wanted)]);
      return;
    }
    expect([answer.status, answer.body.data]).toEqual([200, true]);
    const after = keys === undefined ? new Map<string, string>() : merged(name, wanted);
    take(name, after ?? new Map());
    await look(name);
  }

  async function batch(
    users: Readonly<Record<string, Record<string, string>>>,
    index: number | undefined,
    atomic: boolean,
  ) {
    const states = Object.keys(users).flatMap((name) => known(name, index) ?? []);
    const versions = Object.fromEntries(states.map(({ user: name, modified }) => [name, modified]));
    const answer = await call("POST", "/metadata/user/set", { json: { targets: users, versions, atomic } });
    const verdicts = Object.entries(users).map(([name, wanted]) => {
      const state = states.find((each) => each.user === name);
      if (state !== undefined && !isNow(name, state)) return [name, 412] as const;
      if (!model.has(name)) return [name, 404] as const;
      return [name, merged(name, wanted) === undefined ? 403 : 200] as const;
    });
    const failed = verdicts.filter(([, status]) => status !== 200);
    const errors = Object.fromEntries(
      Object.entries<{ status: number }>(answer.body.errors).map(([name, { status }]) => [name, status]),
    );
    expect(errors).toEqual(Object.fromEntries(failed));
    if (atomic && failed.length > 0) return void expect(answer.status).toBe(failed[0]?.[1] ?? 0);
    expect(answer.status).toBe(200);
    for (const [name, status] of verdicts) {
      if (status !== 200) continue;
      take(name, merged(name, users[name] ?? {}) ?? new Map());
      expect(answer.body.data[name]).toEqual(Object.fromEntries(model.get(name)?.attributes ?? []));
      hear(name, undefined, answer.body.lastModified[name]);
    }
  }

  async function delta(index: number): Promise<void> {
    const states = ["ada", "bob", "cyd"].flatMap((name) => known(name, index) ?? []);
    const versions = Object.fromEntries(states.map(({ user: name, modified }) => [name, modified]));
    const { body } = await call("POST", "/metadata/user/get", { json: { versions } });
    const of = (wanted: (state: Known) => boolean) => states.filter(wanted).map(({ user: name }) => name);
    expect(body.removed.toSorted()).toEqual(of(({ user: name }) => !model.has(name)));
    expect(body.unchanged).toEqual(of((state) => isNow(state.user, state)));
    const news = of((state) => model.has(state.user) && !isNow(state.user, state));
    expect(body.data).toEqual(
      Object.fromEntries(news.map((name) => [name, Object.fromEntries(model.get(name)?.attributes ?? [])])),
    );
    for (const name of news) hear(name, undefined, body.lastModified[name]);
  }

  async function get(name: string, state: Known | undefined): Promise<void> {
    if (state?.etag === undefined) return await look(name);
    const answer = await call("GET", `/metadata/user/${name}`, { headers: { "if-none-match": state.etag } });
    if (!model.has(name)) return void expect(answer.status).toBe(404);
    expect(answer.status).toBe(isNow(name, state) ? 304 : 200);
    if (answer.status === 200) hear(name, answer.headers.get("etag") ?? "", answer.body.lastModified);
  }

  async function apply(asked: Operation): Promise<void> {
    switch (asked.kind) {
      case "set":
        return await set(asked.user, asked.changes, known(asked.user, asked.back), asked.json);
      case "first": {
        const headers = { "if-none-match": "*" };
        const answer = await call("PUT", `/metadata/user/${asked.user}`, { form: asked.changes, headers });
        return expectSet(asked.user, asked.changes, answer, (model.get(asked.user)?.attributes.size ?? 0) === 0);
      }
      case "remove keys":
        return await remove(asked.user, asked.keys, known(asked.user, asked.back));
      case "remove":
        return await remove(asked.user, undefined, known(asked.user, asked.back));
      case "batch":
        return await batch(asked.users, asked.back, asked.atomic);
      case "get":
        return await get(asked.user, known(asked.user, asked.back));
      case "delta":
        return await delta(asked.back);
      case "delete user":
        await call("DELETE", `/users/${asked.user}`);
        model.delete(asked.user);
        return;
      case "make user":
        return await make(asked.user);
    }
  }

  await make("ada");
  await make("bob");
  return {
    apply,
    async compare() {
      for (const name of ["ada", "bob", "cyd"]) await look(name);
      const sum = [...model.values()].reduce((bytes, { attributes }) => bytes + bytesOf(attributes), 0);
      expect(await admin.capacity()).toBe(sum);
    },
    async [Symbol.asyncDispose]() {
      for (const name of model.keys()) await call("DELETE", `/users/${name}`);
    },
  };
}

function bytesOf(attributes: ReadonlyMap<string, string>): number {
  return [...attributes].reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);
}

function isDeepEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, text]) => b.get(key) === text);
}
