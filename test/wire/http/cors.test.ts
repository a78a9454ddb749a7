import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

const PATHS = ["/metadata/user/ada", "/metadata/user/get", "/metadata/user/capacity", "/token", "/users", "/users/ada"];

async function preflight(service: TestService, path: string): Promise<Awaited<ReturnType<typeof send>>> {
  return await send("OPTIONS", service.base + path, {
    headers: {
      origin: "https://chat.example",
      "access-control-request-method": "PUT",
      "access-control-request-headers": "authorization,content-type,x-request-id",
    },
  });
}

test("a preflight is answered on every path without a token, and names the headers that pages may send", async () => {
  await using service = await startTestService();
  for (const path of [...PATHS, "/nowhere", "/metadata/user/a/b"]) {
    const { status, headers, body } = await preflight(service, path);
    expect(status).toBe(200);
    expect(body).toEqual({});
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-methods")).toBe("GET, POST, PUT, PATCH, DELETE");
    // "*" does not cover authorization by the Fetch standard.
    expect(headers.get("access-control-allow-headers")).toBe(
      "authorization, content-type, if-match, if-none-match, x-request-id",
    );
    expect(headers.get("access-control-max-age")).toBe("86400");
    expect(headers.has("access-control-allow-credentials")).toBe(false);
  }
});

test("a page may send the headers that it asks for, such as tracing adds", async () => {
  await using service = await startTestService();
  const usual = ["authorization", "content-type", "if-match", "if-none-match", "x-request-id"];
  for (const [asked, more] of [
    [
      "traceparent,baggage,sentry-trace,x-requested-with",
      ["traceparent", "baggage", "sentry-trace", "x-requested-with"],
    ],
    ["Authorization, X-Datadog-Trace-Id ,,b3", ["x-datadog-trace-id", "b3"]],
    ["authorization", []],
    ["", []],
    // Texts that are not names of headers are left out.
    ["a b, x-good, <script>, \u00e9, x:y", ["x-good"]],
  ] as const) {
    for (const path of [`${service.base}/metadata/user/ada`, `${service.base}/token`, `${service.origin}/nowhere`]) {
      const headers = { "access-control-request-method": "GET", "access-control-request-headers": asked };
      const answer = await send("OPTIONS", path, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("access-control-allow-headers")?.split(", ")).toEqual([...usual, ...more]);
      expect(answer.headers.get("vary")).toBe("Access-Control-Request-Headers");
      expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
    }
  }
});

test("preflights count in no rate", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  for (let count = 0; count < 10; count++) expect((await preflight(service, "/metadata/user/ada")).status).toBe(200);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
});

test("pages of any origin may read every answer, and the headers that tell them when to come again", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const { token } = admin;
  const answers = {
    200: await admin.set("ada", { nickname: "Ada" }),
    401: await send("GET", url),
    403: await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets: Array(101).fill("ada") } }),
    404: await send("GET", `${service.origin}/nowhere`),
    405: await send("POST", url, { token }),
    429: await admin.set("ada", { nickname: "Ada" }),
  };
  for (const [status, answer] of Object.entries(answers)) {
    expect(answer.status).toBe(Number(status));
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-expose-headers")).toBe(
      "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Quota-User-Limit, X-Quota-User-Used, X-Request-Id",
    );
  }
});
