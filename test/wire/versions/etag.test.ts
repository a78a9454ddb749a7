import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const tagOf = ({ headers }: Answer): string => headers.get("etag") ?? "";

test("every change of the attributes has a tag and a time of its own, and nothing else has", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const seen: { tag: string; modified: number }[] = [];
  const look = async () => {
    const answer = await admin.get("ada");
    expect(answer.headers.get("last-modified")).toBe(new Date(answer.body.lastModified).toUTCString());
    return { tag: tagOf(answer), modified: answer.body.lastModified };
  };
  seen.push(await look());
  for (let n = 0; n < 5; n++) {
    const set = await admin.set("ada", { n: String(n) });
    seen.push({ tag: tagOf(set), modified: set.body.lastModified });
    expect(await look()).toEqual(seen.at(-1) ?? { tag: "", modified: 0 });
    // Reading, failing, logging in and changing the account change nothing.
    await admin.set("ada", { big: "x".repeat(3000) });
    await send("PUT", `${service.base}/users/ada/password`, { token: admin.token, json: { newpassword: "other" } });
    expect((await look()).tag).toBe(seen.at(-1)?.tag ?? "");
  }
  await send("DELETE", `${service.base}/metadata/user/ada`, { token: admin.token });
  seen.push(await look());
  expect(new Set(seen.map(({ tag }) => tag)).size).toBe(seen.length);
  for (const [index, { tag, modified }] of seen.entries()) {
    expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    expect(modified).toBeGreaterThan(seen[index - 1]?.modified ?? 0);
  }
});

test("the tag is of the version and not of the text: attributes that come back have another", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const first = tagOf(await admin.set("ada", { nickname: "Ada" }));
  await admin.set("ada", { nickname: "Bob" });
  expect(tagOf(await admin.set("ada", { nickname: "Ada" }))).not.toBe(first);
});

test("a user made again has none of the tags of the one before", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const before = [tagOf(await admin.get("ada")), tagOf(await admin.set("ada", { nickname: "Ada" }))];
  await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  await admin.newUser("ada");
  const after = [tagOf(await admin.get("ada")), tagOf(await admin.set("ada", { nickname: "Ada" }))];
  expect(new Set([...before, ...after]).size).toBe(4);
});

for (const dialect of DIALECTS) {
  test(`${dialect}: If-None-Match with the stored tag is 304, and with any other the whole answer`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    const set = await admin.set("ada", { nickname: "Ada" });
    const tag = tagOf(set);
    const get = (ifNoneMatch: string, method = "GET") =>
      send(method, `${service.base}/metadata/user/ada`, { token, headers: { "if-none-match": ifNoneMatch } });
    for (const value of [tag, `W/${tag}`, `"other", ${tag}`, `"a","b" , ${tag},"c"`, "*"]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await get(value, method);
        expect([value, answer.status, answer.text]).toEqual([value, 304, ""]);
        expect(tagOf(answer)).toBe(tag);
        expect(answer.headers.get("last-modified")).toBe(new Date(set.body.lastModified).toUTCString());
        expect(answer.headers.get("cache-control")).toBe("private, no-cache");
        expect(answer.headers.get("vary")).toBe("Authorization");
        expect(answer.headers.get("access-control-allow-origin")).toBe("*");
        expect(answer.headers.get("access-control-expose-headers")).toContain("ETag");
      }
    }
    for (const value of ['"other"', `"other", "${tag.slice(1, -1)}x"`, tag.toUpperCase()]) {
      const answer = await get(value);
      expect([value, answer.status]).toEqual([value, 200]);
      expect(answer.body.data).toEqual({ nickname: "Ada" });
    }
    await admin.set("ada", { nickname: "Bob" });
    const news = await get(tag);
    expect([news.status, news.body.data]).toEqual([200, { nickname: "Bob" }]);
    expect((await get("*", "HEAD")).status).toBe(304);
    await send("DELETE", `${service.base}/metadata/user/ada`, { token });
    // Nothing is stored: there is nothing that the caller could have.
    expect((await get("*")).body.data).toEqual({});
    expect(service.faults).toEqual([]);
  });
}

test("a caller that may not read learns nothing from a tag, and an unknown user has none", async () => {
  await using service = await startTestService({ app: { dialect: "2026" } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  const tag = tagOf(await admin.set("bob", { nickname: "Bob" }));
  for (const headers of [{ "if-none-match": tag }, { "if-match": '"x"' }]) {
    const answer = await send("GET", `${service.base}/metadata/user/bob`, { token, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.has("etag")).toBe(false);
  }
  const unknown = await send("GET", `${service.base}/metadata/user/nobody`, {
    token: admin.token,
    headers: { "if-none-match": "*" },
  });
  expect([unknown.status, unknown.body.data]).toEqual([200, {}]);
  expect(unknown.headers.has("etag")).toBe(false);
  expect(unknown.body.lastModified).toBeUndefined();
});

test("If-Match on a read is 412 unless the tag is stored, and a header that is no list of tags 400", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const tag = tagOf(await admin.set("ada", { nickname: "Ada" }));
  const get = (headers: Record<string, string>) => send("GET", `${service.base}/metadata/user/ada`, { token, headers });
  expect((await get({ "if-match": tag })).body.data).toEqual({ nickname: "Ada" });
  const failed = await get({ "if-match": '"other"' });
  expect([failed.status, failed.body.etag, failed.body.current]).toEqual([412, tag, {}]);
  for (const value of ["abc", '"open', `${tag}x`, `${tag},,`, "* , *", '"a" "b"']) {
    expect((await get({ "if-none-match": value })).status).toBe(400);
  }
  // A date is too coarse to be believed, and is not looked at.
  const dated = await get({ "if-modified-since": new Date(Date.now() + 60_000).toUTCString() });
  expect([dated.status, dated.body.data]).toEqual([200, { nickname: "Ada" }]);
});

test("every answer says whether it may be cached", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const { token } = admin;
  const kept = (answer: Answer) => answer.headers.get("cache-control");
  expect(kept(await admin.set("ada", { nickname: "Ada" }))).toBe("private, no-cache");
  const batch = await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets: ["ada"] } });
  expect([kept(batch), batch.headers.get("vary")]).toEqual(["private, no-cache", "Authorization"]);
  expect(kept(await send("GET", `${service.base}/users/ada`, { token }))).toBe("no-store");
  const inherit = { grant_type: "inherit", username: "ada" };
  expect(kept(await send("POST", `${service.base}/token`, { token, json: inherit }))).toBe("no-store");
  expect(kept(await admin.get("nobody"))).toBe("no-store");
  expect(kept(await send("GET", `${service.base}/metadata/user/ada`))).toBe("no-store");
});
