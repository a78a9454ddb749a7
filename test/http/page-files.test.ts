import { expect, test } from "bun:test";
import { Refusal } from "../../src/core/refusals.ts";
import { WireRefusal } from "../../src/http/answers/wire-refusals.ts";
import { NO_PAGES } from "../../src/http/pages/built-pages.ts";
import { createPageFiles } from "../../src/http/pages/page-files.ts";
import { builtPages } from "../harness/built-pages.ts";
import { createTestTimers } from "../harness/test-timers.ts";

test("a page requested during the build is served as soon as it is built", async () => {
  const { folder } = builtPages();
  const building = Promise.withResolvers<string | undefined>();
  const files = createPageFiles({ folder: () => building.promise }, createTestTimers());
  const found = files.find("docs.html");
  building.resolve(await folder());
  expect((await found)?.contentType).toBe("text/html; charset=utf-8");
});

test("a request that waits for a build for more than ten seconds is refused, and a later one gets the page", async () => {
  const { folder } = builtPages();
  const building = Promise.withResolvers<string | undefined>();
  const timers = createTestTimers();
  const files = createPageFiles({ folder: () => building.promise }, timers);
  const waiting = files.find("docs.html").catch((error) => error);
  await timers.advance(9900);
  expect(await Promise.race([waiting, Bun.sleep(20).then(() => "still waiting")])).toBe("still waiting");
  await timers.advance(200);
  const refusal = await waiting;
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal.refused.code).toBe("busy");
  building.resolve(await folder());
  expect(await files.find("docs.html")).toBeDefined();
});

test("missing and deleted pages are refused with pages_missing", async () => {
  for (const built of [NO_PAGES, { folder: async () => "/nowhere" }]) {
    const error = await createPageFiles(built, createTestTimers())
      .find("docs.html")
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(WireRefusal);
    expect(error.refused).toEqual({ code: "pages_missing" });
  }
});

test("a file is read once for each coding, even by concurrent requests", async () => {
  const files = createPageFiles(builtPages(), createTestTimers());
  const page = await files.find("docs.html");
  const [first, second] = await Promise.all([page?.read("br"), page?.read("br")]);
  expect(first).toBe(second as Blob); // as: both exist
  expect(await page?.read("gzip")).not.toBe(first as Blob); // as: a different coding
});

test("only built files are found", async () => {
  const files = createPageFiles(builtPages(), createTestTimers());
  for (const name of ["", "manifest.json", "../../package.json", "docs.html.br", "__proto__", "constructor"]) {
    expect(await files.find(name)).toBeUndefined();
  }
});
