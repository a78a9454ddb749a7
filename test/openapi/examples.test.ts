import { describe, expect, test } from "bun:test";
import { DIALECTS } from "../../src/core/model.ts";
import { ETAG } from "../../src/openapi/sample-values.ts";
import { documentOf, operationsOf } from "./documents.ts";
import { type ExampleApp, startExampleApp } from "./example-app.ts";
import { type ExampleRequest, exampleRequests } from "./example-requests.ts";
import { documentJudge } from "./judge-documented.ts";

const TIMEOUT_MS = 60_000;

/** Replaces values that an example can only stand for. */
async function filledIn(text: string, app: ExampleApp): Promise<string> {
  const filled = text.replace("CLIENT_ID", app.client.id).replace("CLIENT_SECRET", app.client.secret);
  return filled.includes(ETAG) ? filled.replace(ETAG, await app.etag()) : filled;
}

async function sendExample(request: ExampleRequest, app: ExampleApp) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, await filledIn(value, app));
  if (request.bearer !== undefined) headers.set("authorization", `Bearer ${app.bearers[request.bearer]}`);
  const body = request.body === undefined ? null : await filledIn(request.body, app);
  const path = request.path.replace("/chat-demo/testapp", new URL(app.base).pathname);
  const response = await fetch(app.origin + path, { method: request.method, headers, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text: response.status === 304 ? undefined : text };
}

describe.each(DIALECTS.map((dialect) => ({ dialect })))("dialect $dialect", ({ dialect }) => {
  test(
    "every example, sent to a server, is answered as documented and as intended",
    async () => {
      await using app = await startExampleApp(dialect);
      const judge = await documentJudge(dialect);
      const requests = await exampleRequests(dialect);
      for (const request of requests) {
        await app.begin();
        const answer = await sendExample(request, app);
        const { operation, title } = request;
        const fault = judge.judge(operation, answer);
        expect([operation, title, answer.status, fault]).toEqual([operation, title, request.status, undefined]);
      }
      const tried = new Set(requests.map(({ operation }) => operation));
      expect([...tried].sort()).toEqual([...operationsOf(await documentOf(dialect)).keys()].sort());
      expect(requests.length).toBeGreaterThan(tried.size + 20);
    },
    TIMEOUT_MS,
  );
});

test("the judge of answers finds an extra member, header or status, and a missing member", async () => {
  await using app = await startExampleApp("2021");
  await app.begin();
  const judge = await documentJudge("2021");
  const operation = "GET /{org}/{app}/metadata/user/{username}";
  const { status, headers, text } = await sendExample(
    {
      operation,
      title: "",
      bearer: "admin",
      method: "GET",
      path: "/chat-demo/testapp/metadata/user/ada",
      headers: {},
      body: undefined,
      status: 200,
    },
    app,
  );
  const withHeader = new Headers(headers);
  withHeader.set("X-Own", "1");
  const faults = [
    judge.judge(operation, { status, headers, text }),
    judge.judge(operation, { status, headers, text: text?.replace("{", '{"own":1,') }),
    judge.judge(operation, { status, headers: withHeader, text }),
    judge.judge(operation, { status: 402, headers, text }),
    judge.judge(operation, { status, headers, text: text?.replace("lastModified", "modified") }),
    judge.judge(operation, { status, headers: new Headers(), text }),
  ];
  expect(faults[0]).toBeUndefined();
  for (const fault of faults.slice(1)) expect(fault).toBeString();
});
