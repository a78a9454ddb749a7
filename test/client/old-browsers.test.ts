import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { browserMissing, launchBrowser } from "../harness/browser.ts";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { buildClient } from "./built.ts";
import { connect } from "./connected.ts";

/** Features of the current browser that the oldest browsers named in the README lack. */
const TAKE_AWAY = `
  for (const [of, names] of [
    [Object, ["hasOwn", "groupBy"]],
    [Map, ["groupBy"]],
    [Promise, ["try", "withResolvers"]],
    [Array, ["fromAsync"]],
    [Array.prototype, ["at", "findLast", "findLastIndex", "toReversed", "toSorted", "toSpliced", "with"]],
    [String.prototype, ["at", "isWellFormed", "toWellFormed"]],
    [Set.prototype, ["difference", "intersection", "isSubsetOf", "isSupersetOf", "isDisjointFrom", "symmetricDifference", "union"]],
    [AbortSignal, ["abort", "any", "timeout"]],
    [AbortSignal.prototype, ["reason", "throwIfAborted"]],
    [Response, ["json"]],
    [URL, ["parse", "canParse"]],
    [crypto, ["randomUUID"]],
    [Crypto.prototype, ["randomUUID"]],
    [globalThis, ["structuredClone", "Iterator"]],
  ]) for (const name of names) delete of[name];`;

const missing = browserMissing();
const LEFT_OUT = isLeftOut(missing === undefined, `the client in browsers of 2021: ${missing}`);

test.skipIf(LEFT_OUT)("it runs without features that browsers gained since 2021", async () => {
  await using connected = await connect();
  const { service, admin } = connected;
  await admin.newUser("ada");
  const script = `${TAKE_AWAY}
      const { createClient } = await import("/index.js");
      const app = { url: ${JSON.stringify(service.base)}, token: ${JSON.stringify(admin.token)} };
      const failed = (call) => call.then(() => "it succeeded", (error) => [error.name, error.status ?? null]);
      const client = createClient(app);
      const [before] = await client.getMany(["ada"]);
      const { attributes } = await client.update("ada", () => ({ nickname: "Ada" }));
      const { profiles } = await client.setMany({ ada: { sign: "hi" } });
      await client.remove("ada", ["sign"]);
      const gone = new AbortController();
      const aborted = [
        failed(client.get("ada", gone)),
        failed(client.set("ada", { nickname: "A" }, gone)),
        failed(createClient({ ...app, token: () => new Promise(() => {}) }).set("ada", { nickname: "A" }, gone)),
      ];
      gone.abort();
      aborted.push(failed(client.set("ada", { nickname: "A" }, gone)));
      const silent = createClient({ ...app, timeoutMs: 50, tries: 2, fetch: (_, { signal }) => new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("given up")));
      }) });
      document.title = JSON.stringify({
        read: [before.attributes, attributes, profiles.get("ada").attributes, client.peek("ada").attributes],
        aborted: await Promise.all(aborted),
        silent: await failed(silent.get("ada")),
      });`;
  using built = buildClient();
  const pages: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html", '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'],
    "/page.js": ["text/javascript", script],
    "/index.js": ["text/javascript", readFileSync(join(built.folder, "index.js"), "utf8")],
  };
  const server = Bun.serve({
    port: 0,
    fetch(request) {
      const [type, text] = pages[new URL(request.url).pathname] ?? ["text/plain", ""];
      return new Response(text, { headers: { "content-type": type } });
    },
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const errors: unknown[] = [];
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(server.url.href);
    await eventually(async () => expect([await page.title(), errors]).not.toEqual(["", []]));
    expect(errors).toEqual([]);
    const named = { nickname: "Ada" };
    expect(JSON.parse(await page.title())).toEqual({
      read: [{}, named, { ...named, sign: "hi" }, named],
      aborted: Array(4).fill(["AbortError", null]),
      silent: ["UsermetaError", 0],
    });
  } finally {
    await browser.close();
    await server.stop(true);
  }
});
