import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { browserMissing, launchBrowser } from "../../harness/browser.ts";
import { eventually } from "../../harness/eventually.ts";
import { copyExample, installExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { startTestService } from "../../harness/service.ts";
import { startDev } from "./dev-server.ts";
import { EVERY_EXAMPLE } from "./every-example.ts";
import { exampleSettings } from "./example-settings.ts";
import { openPage } from "./open-page.ts";
import { runNpm } from "./run-npm.ts";
import { serveFolder } from "./serve-folder.ts";

/** For a build of a large kit, or for Vite's first look at it, on a machine that does much else. */
const BUILD_TIMEOUT_MS = 300_000;
const SHOWN_WITHIN_MS = 60_000;

const missing = browserMissing();
const HAS_NO_BROWSER = isLeftOut(missing === undefined, `the examples in a browser: ${missing}`);

let browser: Browser;
beforeAll(async () => {
  if (!HAS_NO_BROWSER) browser = await launchBrowser();
});
afterAll(async () => {
  if (!HAS_NO_BROWSER) await browser.close();
});

/** That something is there to see, and nothing went wrong. */
async function expectMounted(url: string): Promise<void> {
  await using opened = await openPage(browser, url);
  await eventually(
    async () => expect(await opened.page.evaluate("document.body.innerText")).toMatch(/\S/),
    SHOWN_WITHIN_MS,
  );
  expect(opened.errors).toEqual([]);
}

for (const name of EVERY_EXAMPLE) {
  const installed = await installExample(name);
  const cannot = isLeftOut(installed.missing === undefined, `examples/${name}: ${installed.missing}`) || HAS_NO_BROWSER;

  describe.skipIf(cannot)(`examples/${name}`, () => {
    test(
      "builds, and the build's page mounts",
      async () => {
        await using service = await startTestService();
        using copy = await copyExample(name);
        await runNpm(copy.folder, "build", exampleSettings(service));
        await using served = serveFolder(join(copy.folder, "dist"));
        await expectMounted(served.url);
      },
      BUILD_TIMEOUT_MS,
    );

    test(
      "starts with npm run dev, and its page mounts",
      async () => {
        await using service = await startTestService();
        using copy = await copyExample(name);
        await using dev = await startDev(copy.folder, exampleSettings(service));
        await expectMounted(dev.url);
      },
      BUILD_TIMEOUT_MS,
    );
  });
}
