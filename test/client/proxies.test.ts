/** A 503 from a proxy leaves open whether the proxy forwarded the request before. */
import { describe, expect, test } from "bun:test";
import { type Attributes, UsermetaError } from "../../packages/client/src/index.ts";
import { connect } from "./connected.ts";
import { type Fate, FOREIGN_503, type PassingProxy, startProxy } from "./passing-proxy.ts";

const bump = ({ visits = "0" }: Attributes) => ({ visits: Number(visits) + 1 });
const KINDS = Object.keys(FOREIGN_503) as (keyof typeof FOREIGN_503)[]; // as: its keys

/** The first PATCH gets this fate; all other requests are answered. */
function firstPatch(fate: Fate): (method: string) => Fate {
  let patches = 0;
  return (method) => (method === "PATCH" && patches++ === 0 ? fate : "answer");
}

const patchesOf = ({ passed }: PassingProxy): number => passed.filter((method) => method === "PATCH").length;

async function failed(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => "it succeeded",
    (error) => error,
  );
}

describe.each(KINDS)("a 503 of %s", (kind) => {
  test("after an update was carried out does not make the client count it twice", async () => {
    await using connected = await connect();
    const { service, admin, other } = connected;
    await admin.newUser("ada");
    await using proxy = startProxy(service.origin, kind, firstPatch("503 after"));
    const error = await failed(other({ url: proxy.url }).update("ada", bump));
    expect(error).toBeInstanceOf(UsermetaError);
    expect(error).toMatchObject({ status: 503, code: "" });
    expect((await admin.get("ada")).body.data).toEqual({ visits: "1" });
    expect(patchesOf(proxy)).toBe(1);
  });

  test("after an update whose change is stored is no failure: repeating it would change nothing", async () => {
    await using connected = await connect();
    const { service, admin, other } = connected;
    await admin.newUser("ada");
    await admin.set("ada", { sign: "hi" });
    await using proxy = startProxy(service.origin, kind, firstPatch("503 after"));
    const client = other({ url: proxy.url });
    const updated = await client.update("ada", () => ({ nickname: "Ada", age: 36, isNew: true, sign: null }));
    expect(updated.attributes).toEqual({ age: "36", isNew: "true", nickname: "Ada" });
    expect(client.peek("ada")).toBe(updated);
    expect(patchesOf(proxy)).toBe(1);
  });

  test("before an update was forwarded makes the client retry it", async () => {
    await using connected = await connect();
    const { service, admin, other } = connected;
    await admin.newUser("ada");
    await using proxy = startProxy(service.origin, kind, firstPatch("503 before"));
    expect((await other({ url: proxy.url }).update("ada", bump)).attributes).toEqual({ visits: "1" });
    const once = other({ url: proxy.url, tries: 1 });
    expect((await once.update("ada", bump)).attributes).toEqual({ visits: "2" });
  });

  test("after a conditional write does not make the client retry it", async () => {
    await using connected = await connect();
    const { service, admin, client, other } = connected;
    for (const user of ["ada", "bob"]) await admin.newUser(user);
    const { etag = "", lastModified } = await client.set("ada", { n: "1" });
    for (const write of [
      (through: typeof client) => through.set("ada", { n: "2" }, { ifMatch: etag }),
      (through: typeof client) => through.set("bob", { n: "2" }, { isFirst: true }),
      (through: typeof client) => through.setMany({ ada: { n: "3" } }, { versions: { ada: lastModified } }),
    ]) {
      await using proxy = startProxy(service.origin, kind, (method) => (method === "GET" ? "answer" : "503 after"));
      expect(await failed(write(other({ url: proxy.url })))).toMatchObject({ status: 503, code: "" });
      expect(proxy.passed.filter((method) => method !== "GET")).toHaveLength(1);
    }
  });
});

test("after another client's change does not make that change pass for the client's own", async () => {
  await using connected = await connect();
  const { service, admin, client, other } = connected;
  await admin.newUser("ada");
  await client.update("ada", bump);
  const late = await (async () => {
    await using proxy = startProxy(service.origin, "nginx", firstPatch("503 after"));
    const slow = other({ url: proxy.url });
    let isFirst = true;
    return await failed(
      slow.update("ada", async (attributes) => {
        // The other client makes the same change meanwhile, so that this one is refused.
        if (isFirst) await client.update("ada", bump);
        isFirst = false;
        return bump(attributes);
      }),
    );
  })();
  expect(late).toMatchObject({ status: 503 });
  expect((await admin.get("ada")).body.data).toEqual({ visits: "2" });
});

test("of many updates through a proxy that loses answers, successful ones count once, and none counts twice", async () => {
  await using connected = await connect();
  const { service, admin, other } = connected;
  await admin.newUser("ada");
  let asked = 0;
  const fates: readonly Fate[] = ["answer", "503 after", "answer", "503 before", "answer", "answer", "503 after"];
  const fateOf = (method: string): Fate =>
    method === "PATCH" ? (fates[asked++ % fates.length] ?? "answer") : "answer";
  await using proxy = startProxy(service.origin, "a gateway", fateOf);
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const client = other({ url: proxy.url });
      const own: unknown[] = [];
      for (let time = 0; time < 5; time++) own.push(await failed(client.update("ada", bump)));
      return own;
    }),
  );
  const succeeded = outcomes.flat().filter((outcome) => outcome === "it succeeded").length;
  const stored = Number((await admin.get("ada")).body.data.visits);
  expect(succeeded).toBeGreaterThan(0);
  expect(stored).toBeGreaterThanOrEqual(succeeded);
  expect(stored).toBeLessThanOrEqual(30);
}, 60_000);
