import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { DIALECTS } from "../../../src/core/model.ts";
import { send } from "../../harness/client.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";
import { documentOf } from "../../openapi/documents.ts";

const PATH = "/-/openapi.json";

test("the document is the one that the tables make, for each dialect; 2021 where none is named", async () => {
  await using service = await startTestService();
  for (const dialect of DIALECTS) {
    const { status, body, headers } = await send("GET", `${service.origin}${PATH}?dialect=${dialect}`);
    expect(status).toBe(200);
    // Through JSON, to drop undefined members.
    expect(body).toEqual(JSON.parse(JSON.stringify(await documentOf(dialect))));
    expect(headers.get("content-type")).toBe("application/json");
  }
  const unnamed = await send("GET", `${service.origin}${PATH}`);
  expect(unnamed.text).toBe((await send("GET", `${service.origin}${PATH}?dialect=2021`)).text);
  expect(unnamed.text).not.toBe((await send("GET", `${service.origin}${PATH}?dialect=2026`)).text);
});

test("it needs no token, and any page may read it, which learns nothing of the apps here", async () => {
  await using service = await startTestService();
  const { headers, text } = await send("GET", `${service.origin}${PATH}`, {
    headers: { origin: "https://editor.example" },
  });
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  for (const secret of [service.app.id, service.credentials.clientId, service.credentials.clientSecret]) {
    expect(text).not.toContain(secret);
  }
});

test("it is packed as the client accepts it, to a fraction of its size, and 304 for a client that has it", async () => {
  await using service = await startTestService();
  const bytesOf = async (encoding: string) => {
    const response = await fetch(service.origin + PATH, {
      headers: { "accept-encoding": encoding },
      decompress: false,
    });
    return { headers: response.headers, bytes: await response.bytes() };
  };
  const [plain, gzip, brotli] = [await bytesOf("identity"), await bytesOf("gzip"), await bytesOf("br, gzip")];
  expect(gunzipSync(gzip.bytes)).toEqual(Buffer.from(plain.bytes));
  expect(brotliDecompressSync(brotli.bytes)).toEqual(Buffer.from(plain.bytes));
  expect(plain.bytes.length).toBeLessThan(200_000);
  for (const { bytes, headers } of [gzip, brotli]) {
    expect(bytes.length).toBeLessThan(plain.bytes.length / 6);
    const known = {
      "accept-encoding": headers.get("content-encoding") ?? "",
      "if-none-match": headers.get("etag") ?? "",
    };
    const again = await send("GET", service.origin + PATH, { headers: known });
    expect([again.status, again.text]).toEqual([304, ""]);
  }
});

test("HEAD is GET without the body, OPTIONS names the methods", async () => {
  await using service = await startTestService();
  await using connection = await connectRaw(service.origin);
  const head = await connection.call("HEAD", PATH);
  const get = await connection.call("GET", PATH);
  expect([head.status, head.headers.get("etag")]).toEqual([200, get.headers.get("etag")]);
  expect((await connection.call("OPTIONS", PATH)).headers.get("allow")).toBe("GET, HEAD, OPTIONS");
});

test("all concurrent callers get the same", async () => {
  await using service = await startTestService();
  const asked = Array.from({ length: 50 }, (_, index) =>
    send("GET", `${service.origin}${PATH}?dialect=${DIALECTS[index % 2]}`),
  );
  expect(new Set((await Promise.all(asked)).map(({ text }) => text)).size).toBe(2);
});
