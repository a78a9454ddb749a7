import { expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, UsermetaError } from "../../packages/client/src/index.ts";
import { connect } from "./connected.ts";

interface Scripted {
  readonly status: number;
  readonly body?: unknown;
  /** In place of a JSON body. */
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that gives these answers in order, and then repeats the last one. It records the times of requests. */
async function scripted(...answers: readonly (Scripted | "hang up" | "break off")[]) {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(performance.now());
    request.resume();
    if (answer === undefined || answer === "hang up") {
      request.socket.destroy();
      return;
    }
    if (answer === "break off") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "99" });
      response.write('{"data":{', () => request.socket.destroy());
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(answer.html ?? JSON.stringify(answer.body ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // as: it listens on a port
  return {
    asked,
    url: `http://127.0.0.1:${port}/org/app`,
    /** Pauses between requests, in ms. */
    pauses: () => asked.slice(1).map((at, index) => at - (asked[index] ?? 0)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const READ = { status: 200, body: { data: {}, lastModified: {}, unchanged: [], removed: ["ada"] } } as const;
const WRITTEN = { status: 200, body: { data: { a: "b" }, lastModified: 5 }, headers: { etag: '"x.1"' } } as const;

async function failed(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => "it succeeded",
    (error) => error,
  );
}

test("the client waits for Retry-After plus a random time", async () => {
  const later = new Date(Date.now() + 2000).toUTCString();
  await using server = await scripted(
    { status: 503, headers: { "retry-after": "1" } },
    { status: 429, headers: { "retry-after": later } },
    { status: 503, headers: { "retry-after": "nonsense" } },
    READ,
  );
  const client = createClient({ url: server.url, token: "t" });
  expect((await client.get("ada")).attributes).toBeUndefined();
  const [first = 0, second = 0, third = 0] = server.pauses();
  expect(first).toBeGreaterThanOrEqual(1000);
  expect(first).toBeLessThan(1600);
  // A date has whole seconds: it is 1 to 2 s from now, minus the first pause.
  expect(first + second).toBeGreaterThanOrEqual(1000);
  expect(third).toBeLessThan(1700);
}, 20_000);

test("pauses grow (backoff), and two clients retry at different times (jitter)", async () => {
  await using server = await scripted({ status: 503 });
  const error = await failed(createClient({ url: server.url, token: "t", tries: 4 }).get("ada"));
  expect(error).toMatchObject({ status: 503 });
  expect(server.asked).toHaveLength(4);
  for (const [index, ms] of server.pauses().entries()) expect(ms).toBeLessThan(200 * 2 ** (index + 1) + 150);
  const sums = await Promise.all(
    Array.from({ length: 4 }, async () => {
      await using own = await scripted({ status: 503 });
      await failed(createClient({ url: own.url, token: "t", tries: 3 }).get("ada"));
      return Math.round(own.pauses().reduce((sum, ms) => sum + ms, 0));
    }),
  );
  expect(new Set(sums).size).toBeGreaterThan(1);
}, 20_000);

test("the client does not wait for a pause that exceeds its limit", async () => {
  await using server = await scripted({
    status: 429,
    headers: { "retry-after": "60" },
    body: { error: "reach_limit" },
  });
  const from = performance.now();
  const error = await failed(createClient({ url: server.url, token: "t", patienceMs: 1000 }).get("ada"));
  expect(error).toMatchObject({ status: 429, code: "reach_limit" });
  expect(performance.now() - from).toBeLessThan(1000);
  expect(server.asked).toHaveLength(1);
});

test("merging writes are retried after a 409 or no answer; conditional writes are not", async () => {
  {
    await using server = await scripted({ status: 409 }, "hang up", { status: 502 }, WRITTEN);
    expect((await createClient({ url: server.url, token: "t" }).set("ada", { a: "b" })).attributes).toEqual({ a: "b" });
    expect(server.asked).toHaveLength(4);
  }
  for (const answer of [{ status: 409 }, "hang up", { status: 502 }] as const) {
    await using server = await scripted(answer, WRITTEN);
    const error = await failed(
      createClient({ url: server.url, token: "t" }).set("ada", { a: "b" }, { ifMatch: '"x"' }),
    );
    expect(error).toBeInstanceOf(UsermetaError);
    expect(server.asked).toHaveLength(1);
  }
  {
    // The request was refused before it began, so it can be retried.
    await using server = await scripted({ status: 503, body: { error: "service_unavailable" } }, WRITTEN);
    const client = createClient({ url: server.url, token: "t" });
    expect((await client.set("ada", { a: "b" }, { ifMatch: '"x"' })).etag).toBe('"x.1"');
  }
  // A proxy that answers this may have forwarded the request before, whatever the format.
  for (const said of [{ html: "<html>Service Unavailable</html>" }, { body: { message: "Service Unavailable" } }]) {
    await using server = await scripted({ status: 503, ...said }, WRITTEN);
    const client = createClient({ url: server.url, token: "t" });
    expect(await failed(client.set("ada", { a: "b" }, { ifMatch: '"x"' }))).toMatchObject({ status: 503 });
    expect(server.asked).toHaveLength(1);
    expect((await client.set("ada", { a: "b" })).etag).toBe('"x.1"');
  }
  for (const status of [400, 401, 403, 404, 413, 415, 500]) {
    await using server = await scripted({ status }, WRITTEN);
    const error = await failed(createClient({ url: server.url, token: "t" }).set("ada", { a: "b" }));
    expect([(error as UsermetaError).status, server.asked.length]).toEqual([status, 1]);
  }
}, 20_000);

test("an answer that is not JSON, such as a proxy's, is an error with its status", async () => {
  const server = Bun.serve({
    port: 0,
    fetch: () => new Response("<html>Bad Gateway</html>", { status: 404, headers: { "content-type": "text/html" } }),
  });
  const error = await failed(createClient({ url: `${server.url.origin}/org/app`, token: "t" }).set("ada", { a: "b" }));
  expect(error).toMatchObject({ name: "UsermetaError", status: 404, code: "", message: "HTTP 404" });
  await server.stop(true);
});

test("an incomplete answer counts as no answer, whatever its status", async () => {
  await using server = await scripted("break off", WRITTEN);
  const client = createClient({ url: server.url, token: "t" });
  expect(await failed(client.set("ada", { a: "b" }, { ifMatch: '"x"' }))).toMatchObject({ status: 0 });
  expect(client.peek("ada")).toBeUndefined();
  await using reading = await scripted("break off", READ);
  expect((await createClient({ url: reading.url, token: "t" }).get("ada")).attributes).toBeUndefined();
  expect(reading.asked).toHaveLength(2);
});

test("an error of the token function is passed on unchanged, without a request", async () => {
  await using server = await scripted(READ);
  const reason = new Error("logged out");
  const signal = AbortSignal.timeout(50);
  for (const token of [
    () => Promise.reject(reason),
    (): string => {
      throw reason;
    },
  ]) {
    expect(await failed(createClient({ url: server.url, token }).get("ada"))).toBe(reason);
  }
  const never = createClient({ url: server.url, token: () => new Promise<string>(() => {}) });
  expect(await failed(never.set("ada", { a: "b" }, { signal }))).toBe(signal.reason);
  expect(server.asked).toEqual([]);
});

test("a server that says nothing is given up after the timeout", async () => {
  const server = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
  const from = performance.now();
  const client = createClient({ url: `${server.url.origin}/org/app`, token: "t", tries: 2, timeoutMs: 200 });
  expect(await failed(client.get("ada"))).toMatchObject({ status: 0 });
  expect(performance.now() - from).toBeLessThan(3000);
  await server.stop(true);
});

test("an abort ends a call immediately, even during a pause, and affects no other call", async () => {
  await using server = await scripted({ status: 503, headers: { "retry-after": "2" } }, READ);
  const client = createClient({ url: server.url, token: "t" });
  const controller = new AbortController();
  const from = performance.now();
  const aborted = failed(client.get("ada", { signal: controller.signal }));
  const other = client.get("ada");
  setTimeout(() => controller.abort(new Error("enough")), 50);
  expect(await aborted).toEqual(new Error("enough"));
  expect(performance.now() - from).toBeLessThan(1000);
  expect((await other).attributes).toBeUndefined();

  await using writing = await scripted({ status: 503, headers: { "retry-after": "5" } });
  const signal = AbortSignal.timeout(100);
  const error = await failed(createClient({ url: writing.url, token: "t" }).set("ada", { a: "b" }, { signal }));
  expect((error as Error).name).toBe("TimeoutError");
  expect(performance.now() - from).toBeLessThan(4000);
  const silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
  const waiting = createClient({ url: `${silent.url.origin}/org/app`, token: "t" });
  const reason = new Error("meanwhile");
  const hanging = new AbortController();
  setTimeout(() => hanging.abort(reason), 50);
  expect(await failed(waiting.set("ada", { a: "b" }, { ifMatch: '"x"', signal: hanging.signal }))).toBe(reason);
  await silent.stop(true);
  expect(await failed(client.get("ada", { signal: AbortSignal.abort(new Error("before")) }))).toEqual(
    new Error("before"),
  );
}, 20_000);

test("with a rate limit of two a second (429) every write is stored eventually", async () => {
  await using connected = await connect({ app: { ratePerSecond: 2 } });
  const { admin, other } = connected;
  await admin.newUser("ada");
  const clients = Array.from({ length: 6 }, () => other({ tries: 20 }));
  await Promise.all(clients.map((client, n) => client.set("ada", { [`k${n}`]: "v" })));
  const { attributes } = await other({ tries: 20 }).get("ada");
  expect(Object.keys(attributes ?? {})).toEqual(["k0", "k1", "k2", "k3", "k4", "k5"]);
}, 30_000);
