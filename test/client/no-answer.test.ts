import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createClient, UsermetaError } from "../../packages/client/src/index.ts";
import { buildClient } from "./built.ts";

const NOWHERE = "http://127.0.0.1:1/org/app";

async function failed(call: Promise<unknown>): Promise<UsermetaError> {
  const error = await call.then(
    () => "it succeeded",
    (reason) => reason,
  );
  if (!(error instanceof UsermetaError)) throw new Error(`no UsermetaError: ${error}`);
  return error;
}

/** A server that accepts connections and never answers. */
function startSilent() {
  const server = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
  return {
    url: `${server.url.origin}/org/app`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

test("without a server the error names the address and the reason, and has fetch's error as its cause", async () => {
  const thrown = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
  const client = createClient({
    url: `${NOWHERE}/`,
    token: "t",
    tries: 2,
    fetch: (() => Promise.reject(thrown)) as unknown as typeof fetch, // as: without Bun's own additions
  });
  const error = await failed(client.get("ada"));
  expect(error).toMatchObject({
    status: 0,
    code: "",
    message: `POST ${NOWHERE}/metadata/user/get failed: connect ECONNREFUSED 127.0.0.1:1`,
  });
  expect(error.cause).toBe(thrown);

  const real = await failed(createClient({ url: NOWHERE, token: "t", tries: 2 }).set("Ada Lovelace", { a: "b" }));
  expect(real.status).toBe(0);
  expect(real.cause).toBeInstanceOf(Error);
  expect(real.message).toBe(`PATCH ${NOWHERE}/metadata/user/ada%20lovelace failed: ${(real.cause as Error).message}`);
});

test("the error of an incomplete answer names the address, too", async () => {
  const server = Bun.serve({
    port: 0,
    fetch: () => new Response('{"data":{', { headers: { "content-type": "application/json" } }),
  });
  const url = `${server.url.origin}/org/app`;
  const error = await failed(createClient({ url, token: "t", tries: 1 }).get("ada"));
  expect(error.status).toBe(0);
  expect(error.cause).toBeInstanceOf(SyntaxError);
  expect(error.message).toBe(`POST ${url}/metadata/user/get failed: ${(error.cause as Error).message}`);
  await server.stop(true);
});

test("a timeout, the caller's abort and the caller's own timeout are three different errors", async () => {
  await using silent = startSilent();
  const client = createClient({ url: silent.url, token: "t", tries: 1, timeoutMs: 50 });
  const late = await failed(client.get("ada"));
  expect(late.message).toBe(`POST ${silent.url}/metadata/user/get failed: no answer in 50 ms`);
  expect(late.cause).toBeInstanceOf(DOMException);
  expect(late).toMatchObject({ status: 0, cause: { name: "TimeoutError" } });

  const patient = createClient({ url: silent.url, token: "t", tries: 1 });
  const abort = new AbortController();
  const aborted = patient.set("ada", { a: "b" }, { signal: abort.signal }).catch((error) => error);
  abort.abort();
  expect(await aborted).toBe(abort.signal.reason);
  const signal = AbortSignal.timeout(50);
  expect(await patient.set("ada", { a: "b" }, { signal }).catch((error) => error)).toBe(signal.reason);
});

describe("in Node", () => {
  let built: ReturnType<typeof buildClient>;
  beforeAll(() => {
    built = buildClient();
  });
  afterAll(() => built[Symbol.dispose]());

  test("the reason is the system's, which fetch hides in its cause", async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Response() });
    const { port } = server;
    await server.stop(true); // nothing listens there any more
    const script = `
      import { createClient } from ${JSON.stringify(join(built.folder, "index.js"))};
      for (const host of ["127.0.0.1", "localhost", "no-such-host.invalid"]) {
        const client = createClient({ url: "http://" + host + ":${port}/org/app", token: "t", tries: 1 });
        const { message, cause } = await client.get("ada").catch((error) => error);
        console.log(JSON.stringify([message, cause.message]));
      }`;
    const child = Bun.spawn(["node", "--input-type=module", "-e", script], { stdout: "pipe", timeout: 20_000 });
    const lines = (await child.stdout.text()).trim().split("\n");
    const [address, name, unknown] = lines.map((line) => JSON.parse(line));
    expect(address).toEqual([
      `POST http://127.0.0.1:${port}/org/app/metadata/user/get failed: connect ECONNREFUSED 127.0.0.1:${port}`,
      "fetch failed",
    ]);
    // Some systems try one address of localhost, some both.
    expect(name[0]).toMatch(/^POST http:\/\/localhost:\d+\/org\/app\/metadata\/user\/get failed: .*ECONNREFUSED/);
    expect(unknown[0]).toMatch(/failed: getaddrinfo (ENOTFOUND|EAI_AGAIN) no-such-host\.invalid$/);
  }, 30_000);
});
