import { afterAll, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { serveStatic } from "../../src/http/static/serve-static.ts";
import type { StaticFile } from "../../src/http/static/static-file.ts";
import { textFile } from "../../src/http/static/text-file.ts";

const TEXT = JSON.stringify(Array.from({ length: 2000 }, (_, index) => `entry ${index % 7}`));
const PAGE = textFile(TEXT, { contentType: "text/html; charset=utf-8", isShared: false, policy: "default-src 'self'" });
const SHARED = textFile(TEXT, { contentType: "application/json", isShared: true, varyBy: "Accept" });
const IMMUTABLE: StaticFile = { ...PAGE, isImmutable: true, codings: [] };
const FILES: Readonly<Record<string, StaticFile>> = { "/page": PAGE, "/shared": SHARED, "/immutable": IMMUTABLE };

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  development: false,
  fetch(request) {
    const file = FILES[new URL(request.url).pathname];
    return file === undefined ? new Response(null, { status: 404 }) : serveStatic(file, request);
  },
});
afterAll(() => server.stop(true));

const withoutDate = ({ headers }: Response): readonly (readonly [string, string])[] =>
  [...headers].filter(([name]) => name !== "date");

const ask = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  fetch(new URL(path, server.url), {
    method,
    headers: { "Accept-Encoding": "identity", ...headers },
    decompress: false,
  });

test.each([
  ["identity", (bytes: Uint8Array) => Buffer.from(bytes)],
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
] as const)("the text arrives complete in %s, with its length and its own ETag", async (coding, unpack) => {
  const response = await ask("/page", { "Accept-Encoding": coding });
  const bytes = await response.bytes();
  expect(unpack(bytes).toString()).toBe(TEXT);
  expect(response.headers.get("Content-Encoding")).toBe(coding === "identity" ? null : coding);
  expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
  expect(response.headers.get("Vary")).toBe("Accept-Encoding");
  if (coding !== "identity") expect(bytes.length).toBeLessThan(TEXT.length / 5);

  const head = await ask("/page", { "Accept-Encoding": coding }, "HEAD");
  expect(await head.text()).toBe("");
  expect(withoutDate(head)).toEqual(withoutDate(response));

  const tag = response.headers.get("ETag") ?? "";
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const again = await ask("/page", { "Accept-Encoding": coding, "If-None-Match": known });
    expect([again.status, await again.text(), again.headers.get("ETag")]).toEqual([304, "", tag]);
    expect(again.headers.get("Cache-Control")).toBe("no-cache");
    expect(again.headers.get("Vary")).toBe("Accept-Encoding");
  }
  for (const unknown of ['"other"', tag.slice(1, -1), `"x${tag.slice(1)}`]) {
    expect((await ask("/page", { "Accept-Encoding": coding, "If-None-Match": unknown })).status).toBe(200);
  }
});

test("each coding has its own ETag, which never changes", async () => {
  const tags = async () =>
    await Promise.all(
      ["identity", "br", "gzip"].map(async (coding) =>
        (await ask("/page", { "Accept-Encoding": coding })).headers.get("ETag"),
      ),
    );
  const first = await tags();
  expect(new Set(first).size).toBe(3);
  expect(await tags()).toEqual(first);
});

test("a page cannot be framed, sniffed or read by other origins, and sends no referrer", async () => {
  const { headers } = await ask("/page");
  expect(headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  expect(headers.get("Content-Security-Policy")).toBe("default-src 'self'");
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(headers.get("X-Frame-Options")).toBe("DENY");
  expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
  expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
  expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
});

test("shared files can be read by scripts of any origin, and load nothing themselves (CSP)", async () => {
  const { headers } = await ask("/shared");
  expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
  expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers.get("Vary")).toBe("Accept, Accept-Encoding");
});

test("immutable files are cached for a year without revalidation", async () => {
  const { headers } = await ask("/immutable", { "Accept-Encoding": "br" });
  expect(headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  expect(headers.get("Content-Encoding")).toBeNull();
});
