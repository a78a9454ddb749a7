/** Mistakes of the caller are reported where they are made: by `createClient`, or by the call that gets no token. */
import { describe, expect, test } from "bun:test";
import { createClient } from "../../packages/client/src/index.ts";
import { connect } from "./connected.ts";

const EXAMPLE = "unlike https://chat.example.com/org/app";

const thrownBy = (options: { readonly url?: unknown; readonly token?: unknown }): unknown => {
  try {
    return createClient({ url: "https://chat.example.com/org/app", token: "t", ...options } as never); // as: misused
  } catch (error) {
    return error;
  }
};

const failed = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "it succeeded",
    (error) => error,
  );

describe("createClient reports a url that", () => {
  test.each([
    ["is missing", undefined, "does not begin with https:// or http://"],
    ["is empty", "", "does not begin with https:// or http://"],
    ["has no scheme", "chat.example.com/org/app", "does not begin with https:// or http://"],
    ["has another scheme", "wss://chat.example.com/org/app", "does not begin with https:// or http://"],
    ["is a path where there is no page", "/org/app", "does not begin with https:// or http://"],
    ["has no app", "https://chat.example.com", "does not end with /org/app"],
    ["has no app behind a slash", "https://chat.example.com//", "does not end with /org/app"],
    ["has half an app", "https://chat.example.com/org/", "does not end with /org/app"],
    ["has an app key as other SDKs write it", "https://chat.example.com/org#app", "contains # or ?"],
    ["has a fragment", "https://chat.example.com/org/app#top", "contains # or ?"],
    ["has a query", "https://chat.example.com/org/app?v=1", "contains # or ?"],
    ["has a line break", "https://chat.example.com/org/app\n", "contains white space or a password"],
    ["has a space", " https://chat.example.com/org/app", "contains white space or a password"],
    ["has a port that no host has", "https://chat.example.com:99999/org/app", "is malformed"],
    ["has an address that no host has", "https://[::1/org/app", "is malformed"],
  ])("%s", (_, url, mistake) => {
    const error = thrownBy({ url });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(`createClient: url ${url} ${mistake}, ${EXAMPLE}`);
  });

  test("has a password, without printing it", () => {
    const { message } = thrownBy({ url: "https://ada:1815@chat.example.com/org/app" }) as Error;
    expect(message).toBe(
      `createClient: url https://*@chat.example.com/org/app contains white space or a password, ${EXAMPLE}`,
    );
  });
});

describe("createClient reports a token that", () => {
  test.each([
    ["is missing", undefined, "is missing or not a string"],
    ["is null", null, "is missing or not a string"],
    ["is empty", "", "is missing or not a string"],
    ["is a promise of one", Promise.resolve("t"), "is missing or not a string"],
    ["begins with Bearer", "Bearer YWMtsecret", 'begins with "Bearer", which the client adds'],
    ["begins with it in other letters", "  bEARER\tYWMtsecret", 'begins with "Bearer", which the client adds'],
    ["is the word alone", "bearer ", 'begins with "Bearer", which the client adds'],
    ["has white space before it", " YWMtsecret", "contains white space or a bad character"],
    ["has a line break after it", "YWMtsecret\n", "contains white space or a bad character"],
    ["has a line break inside", "YWMtsecret\r\nX-Injected: 1", "contains white space or a bad character"],
    ["is a document's placeholder", "YWMt…", "contains white space or a bad character"],
  ])("%s", (_, token, mistake) => {
    const error = thrownBy({ token });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe(`createClient: token ${mistake}`);
  });
});

test("valid input that looks like a mistake is accepted", async () => {
  await using connected = await connect();
  const { service, admin, other } = connected;
  await admin.newUser("bearer");
  const appId = `${service.origin}/app-id/${service.app.id}`;
  for (const url of [
    service.base,
    `${service.base}/`,
    `${service.base}///`,
    service.base.replace("http", "HTTP"),
    appId,
  ]) {
    expect((await other({ url }).get("bearer")).attributes).toEqual({});
  }
});

test("a path without a host is accepted on a page, where the browser adds the host", async () => {
  await using connected = await connect();
  const { service, admin } = connected;
  await admin.newUser("ada");
  const page = globalThis as { location?: unknown };
  // What a browser does with a path.
  const onPage = ((path: string, init: RequestInit) => fetch(service.origin + path, init)) as typeof fetch; // as: alone
  page.location = new URL("https://page.example/");
  try {
    expect(thrownBy({ url: "chat.example.com/org/app" })).toBeInstanceOf(TypeError);
    expect(thrownBy({ url: "/org" })).toBeInstanceOf(TypeError);
    const { token } = admin;
    const client = createClient({ url: new URL(service.base).pathname, token, fetch: onPage });
    expect((await client.get("ada")).attributes).toEqual({});
  } finally {
    delete page.location;
  }
});

test("a token function that returns no token fails the call, not createClient, and nothing is sent", async () => {
  await using connected = await connect();
  const { admin, other, counted } = connected;
  await admin.newUser("ada");
  for (const [token, mistake] of [
    [() => undefined, "is missing or not a string"],
    [async () => null, "is missing or not a string"],
    [() => ({ access_token: admin.token }), "is missing or not a string"],
    [async () => `Bearer ${admin.token}`, 'begins with "Bearer", which the client adds'],
    [() => `${admin.token}\n`, "contains white space or a bad character"],
  ] as const) {
    const client = other({ fetch: counted.fetch, token: token as never }); // as: misused
    for (const call of [() => client.get("ada"), () => client.set("ada", { nickname: "Ada" })]) {
      const error = await failed(call());
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toBe(`token() ${mistake}`);
    }
  }
  expect(counted.calls).toEqual([]);
});
