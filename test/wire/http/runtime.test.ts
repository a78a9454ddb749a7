/** Answers of the runtime, as docs/PROTOCOL.md (HTTP) describes them: an upgrade that changes one shows here. */
import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { chunked, connectRaw, type RawConnection } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const USER = "/org/app/metadata/user/ada";

async function start() {
  const service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const bearer = ["Authorization", `Bearer ${admin.token}`] as const;
  return { service, admin, bearer, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** Whether anything at all is answered before the connection is closed. */
async function isClosedSilently(connection: RawConnection): Promise<boolean> {
  await connection.closed;
  return await connection.answer({ withoutBody: true }).then(
    () => false,
    (error: Error) => error.message === 'the connection ended after ""',
  );
}

test("Expect: 100-continue in small letters gets its word before the body", async () => {
  await using started = await start();
  await using connection = await connectRaw(started.service.origin);
  const headers = [started.bearer, ["Expect", "100-continue"], ["Content-Length", "3"]] as const;
  connection.request("PUT", USER, { headers });
  expect((await connection.answer({ withoutBody: true })).status).toBe(100);
  connection.write("a=b");
  expect((await connection.answer()).body.data).toEqual({ a: "b" });
});

test("Expect with capitals, or for anything else, gets no word, and its body is taken when it comes", async () => {
  await using started = await start();
  await using connection = await connectRaw(started.service.origin);
  for (const [index, expected] of ["100-Continue", "100-CONTINUE", "200-ok", "100-continue, x"].entries()) {
    const headers = [started.bearer, ["Expect", expected], ["Content-Length", "3"]] as const;
    connection.request("PUT", USER, { headers });
    // Once another connection has been answered, the head has most likely been read on its own.
    await using other = await connectRaw(started.service.origin);
    await other.call("GET", "/-/health");
    connection.write(`a=${index}`);
    const { status, body } = await connection.answer();
    expect([expected, status, body.data]).toEqual([expected, 200, { a: String(index) }]);
  }
});

test("methods that HTTP knows are 405, and others have their connection closed without an answer", async () => {
  await using started = await start();
  const headers = [started.bearer];
  for (const method of ["TRACE", "CONNECT", "PROPFIND", "QUERY", "M-SEARCH", "PURGE"]) {
    await using connection = await connectRaw(started.service.origin);
    expect([method, (await connection.call(method, USER, { headers })).status]).toEqual([method, 405]);
  }
  for (const method of ["FOO", "get", "Put", "GETT", "LONGERTHANANYMETHOD"]) {
    await using connection = await connectRaw(started.service.origin);
    connection.request(method, USER, { headers });
    expect([method, await isClosedSilently(connection)]).toEqual([method, true]);
  }
  expect((await started.admin.get("ada")).status).toBe(200);
});

test("198 lines of headers are taken, one more is a bare 431", async () => {
  await using started = await start();
  // With Host and the bearer.
  const small = Array.from({ length: 196 }, (_, index) => [`X-${index}`, "v"] as const);
  {
    await using connection = await connectRaw(started.service.origin);
    expect((await connection.call("GET", USER, { headers: [started.bearer, ...small] })).status).toBe(200);
    expect((await connection.call("GET", "/-/health")).status).toBe(200);
  }
  await using connection = await connectRaw(started.service.origin);
  connection.request("GET", USER, { headers: [started.bearer, ...small, ["X-More", "v"]] });
  expect((await connection.answer({ withoutBody: true })).status).toBe(431);
  await connection.closed;
});

test("a chunked body with a trailer is carried out; the trailer is a bare 400, and never a request", async () => {
  await using started = await start();
  const headers = [started.bearer, ["Transfer-Encoding", "chunked"]] as const;
  for (const [number, trailer] of [
    "X-Checksum: 1\r\n",
    "X-One: 1\r\nX-Two: 2\r\n",
    "DELETE: /\r\n",
    `DELETE ${USER} HTTP/1.1\r\nHost: x\r\n`,
  ].entries()) {
    await using connection = await connectRaw(started.service.origin);
    const whole = chunked("a=", `b${number}`);
    connection.request("PUT", USER, { headers, body: whole.replace(/\r\n$/, `${trailer}\r\n`) });
    // Which of the two comes first hangs on how soon the store answers.
    expect([200, 400]).toContain((await connection.answer({ withoutBody: true })).status);
    await connection.closed;
    await eventually(async () => expect((await started.admin.get("ada")).body.data).toEqual({ a: `b${number}` }));
  }
});

test("a version of HTTP that there is not is a bare 505", async () => {
  await using started = await start();
  for (const version of ["HTTP/1.11", "HTTP/1.2", "HTTP/3.0"]) {
    await using connection = await connectRaw(started.service.origin);
    connection.write(`GET ${USER} ${version}\r\nHost: x\r\n\r\n`);
    expect([version, (await connection.answer({ withoutBody: true })).status]).toEqual([version, 505]);
    await connection.closed;
  }
});
