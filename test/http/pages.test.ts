import { expect, test } from "bun:test";
import { brotliDecompressSync } from "node:zlib";
import { builtPages } from "../harness/built-pages.ts";
import { startTestService } from "../harness/service.ts";

const PAGES = builtPages();
/** As sent by Chromium and Firefox when a person opens an address. */
const BROWSER = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8" };
const STRICT =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const serve = (workers = 1) =>
  startTestService({ engine: workers === 1 ? "memory" : "sqlite", workers, parts: { pages: PAGES } });

/** Omits parts that differ between answers. */
async function shape(response: Response): Promise<unknown> {
  const headers = [...response.headers].filter(([name]) => name !== "date");
  const text = await response.text();
  return { status: response.status, headers, text: text.replace(/"timestamp":\d+/, "") };
}

test("a browser that opens / gets the page, and any other client the JSON of unknown paths", async () => {
  await using service = await serve();
  const page = await fetch(`${service.origin}/`, { headers: BROWSER });
  expect(page.status).toBe(200);
  expect(page.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("Vary")).toBe("Accept, Accept-Encoding");
  expect(page.headers.get("Content-Security-Policy")).toBe(STRICT);
  expect(await page.text()).not.toMatch(/<script|style=|\son\w+=/);

  const asked: readonly [string, RequestInit][] = [
    ["curl", { headers: { Accept: "*/*" } }],
    ["no word", { headers: { Accept: "" } }],
    ["JSON", { headers: { Accept: "application/json" } }],
    ["JSON with equal weight", { headers: { Accept: "application/json, text/html" } }],
    ["a form sent from a page", { method: "POST", headers: BROWSER, body: "a=b" }],
    ["DELETE", { method: "DELETE", headers: BROWSER }],
    ["OPTIONS", { method: "OPTIONS", headers: BROWSER }],
  ];
  for (const [name, init] of asked) {
    const here = await shape(await fetch(`${service.origin}/`, init));
    expect({ name, here }).toEqual({ name, here: await shape(await fetch(`${service.origin}/-/nothing`, init)) });
  }
});

test("HEAD / is answered like GET, without the page", async () => {
  await using service = await serve();
  const get = await fetch(`${service.origin}/`, { headers: BROWSER });
  const head = await fetch(`${service.origin}/`, { method: "HEAD", headers: BROWSER });
  expect(await head.text()).toBe("");
  for (const name of ["content-type", "etag", "vary", "content-security-policy", "content-encoding"]) {
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  }
});

for (const workers of [1, 2]) {
  test(`with ${workers} serving, the API's page and its files are served compressed (gzip, Brotli) and cacheable for a year`, async () => {
    await using service = await serve(workers);
    const page = await fetch(`${service.origin}/-/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get("Cache-Control")).toBe("no-cache");
    expect(page.headers.get("Content-Security-Policy")).toBe(
      STRICT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
        "img-src 'self'",
        "img-src 'self' data:",
      ),
    );
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="(\/-\/pages\/[^"]+)"/g)].map(([, path]) => path ?? "");
    expect(new Set(loaded.map((path) => path.split(".").at(-1)))).toEqual(new Set(["svg", "css", "js"]));
    for (const path of loaded) {
      const file = await fetch(service.origin + path, { headers: { "Accept-Encoding": "br" }, decompress: false });
      expect(file.status).toBe(200);
      expect(file.headers.get("Content-Encoding")).toBe("br");
      expect(file.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
      expect(file.headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
      const plain = await fetch(service.origin + path, { headers: { "Accept-Encoding": "identity" } });
      expect(brotliDecompressSync(await file.bytes()).equals(await plain.bytes())).toBeTrue();
    }
    expect(service.faults).toEqual([]);
  });
}

test("the pages accept GET and HEAD, and refuse every other method in the documented shape (405)", async () => {
  await using service = await serve();
  for (const path of ["/-/docs", "/-/pages/anything"]) {
    const refused = await fetch(service.origin + path, { method: "POST", body: "client_secret=x" });
    expect(refused.status).toBe(405);
    expect(refused.headers.get("Allow")).toBe("GET, HEAD, OPTIONS");
    expect(await refused.json()).toMatchObject({ error: "method_not_allowed" });
  }
});

test("below /-/pages/ are only built files, and no page with a file's policy (CSP)", async () => {
  await using service = await serve();
  const paths = [
    "",
    "docs.html",
    "root.html",
    "manifest.json",
    "..%2f..%2fpackage.json",
    "%2e%2e/x",
    "nothing.js",
    "a/b",
  ];
  for (const path of paths) {
    const response = await fetch(`${service.origin}/-/pages/${path}`);
    expect([path, response.status]).toEqual([path, 404]);
    expect(await response.json()).toMatchObject({ error: "service_resource_not_found" });
  }
  expect(service.faults).toEqual([]);
});

test("if no pages were built, a browser gets a hint in JSON", async () => {
  await using service = await startTestService({ engine: "memory" });
  for (const path of ["/", "/-/docs", "/-/pages/viewer.js"]) {
    const response = await fetch(service.origin + path, { headers: BROWSER });
    expect(response.status).toBe(404);
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(await response.json()).toMatchObject({
      error: "service_resource_not_found",
      error_description: "Service resource not found",
      hint: expect.stringContaining("npm ci"),
    });
  }
  expect((await fetch(`${service.origin}/`)).status).toBe(404);
});
