import { describe, expect, test } from "bun:test";
import { axeFindings } from "../../harness/axe.ts";
import { getToken, openCall, openPage, viewerShown } from "../../harness/docs-page.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { chromiumMissing } from "../../sdk/chromium.ts";
import { startForFile } from "./start-for-file.ts";

/** The viewer tries whether it may make code of text, and goes on without. */
const VIEWER_VIOLATIONS = ["script-src eval"];
/** In the viewer's window for one call; its fields are to blame, and a `main` within the page's. */
const WINDOW_FINDINGS = {
  "aria-allowed-role": 7,
  "aria-prohibited-attr": 7,
  "aria-required-attr": 22,
  "landmark-no-duplicate-main": 1,
  "presentation-role-conflict": 7,
};
const ANIMATED = `Promise.all(document.getAnimations()
  .filter(({ effect }) => effect.getTiming().iterations !== Infinity)
  .map(({ finished }) => finished.catch(() => {}))).then(() => {})`;
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };
const TIMEOUT_MS = 120_000;

const missing = chromiumMissing();

if (!isLeftOut(missing === undefined, `how the pages look in a browser: ${missing}`)) {
  const { browser, service } = await startForFile();

  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of [DESK, PHONE]) {
      describe(`${colorScheme}, ${viewport.width} pixels wide`, () => {
        const isWider = `document.documentElement.scrollWidth > ${viewport.width}`;
        const brightness = `(() => {
          const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number);
          return (r + g + b) / 3;
        })()`;

        test("/ breaks no rule of axe and none of its policy, and runs no script", async () => {
          await using root = await openPage(browser, service.origin, "/", { colorScheme, viewport });
          const { page } = root;
          expect(await axeFindings(page)).toEqual({});
          expect(await root.violations()).toEqual([]);
          expect(await page.evaluate(isWider)).toBeFalse();
          expect(((await page.evaluate(brightness)) as number) > 128).toBe(colorScheme === "light");
          expect(root.requested.filter((url) => url.endsWith(".js"))).toEqual([]);
          expect(root.outside).toEqual([]);
          expect(root.errors).toEqual([]);
          await page.getByRole("link", { name: "Try the API" }).click();
          await page.getByRole("heading", { name: "Try the API" }).waitFor();
        });

        test(
          "/-/docs breaks no rule of axe, and none of its policy but the viewer's own",
          async () => {
            await using docs = await openPage(browser, service.origin, "/-/docs#app=org/app", {
              colorScheme,
              viewport,
            });
            const { page } = docs;
            await viewerShown(page);
            await page.getByRole("button", { name: "Get token" }).click();
            await page.getByRole("alert").filter({ hasText: "Client id is missing." }).waitFor();
            expect(await axeFindings(page, "html", "#viewer")).toEqual({});
            await getToken(page, service.credentials);
            expect(await axeFindings(page, "html", "#viewer")).toEqual({});
            expect(await axeFindings(page, "#viewer")).toEqual({});
            expect(await page.evaluate(isWider)).toBeFalse();
            expect(((await page.evaluate(brightness)) as number) > 128).toBe(colorScheme === "light");
            expect(await page.evaluate("document.body.className")).toContain(`${colorScheme}-mode`);
            if (viewport === DESK) {
              await openCall(page, {
                summary: "Set attributes",
                method: "put",
                path: "/{org}/{app}/metadata/user/{username}",
              });
              // What still fades in has less contrast.
              await page.evaluate(ANIMATED);
              expect(await axeFindings(page, "[role=dialog]")).toEqual(WINDOW_FINDINGS);
            }
            expect(await docs.violations()).toEqual(VIEWER_VIOLATIONS);
            expect(docs.outside).toEqual([]);
            expect(docs.errors).toEqual([]);
          },
          TIMEOUT_MS,
        );
      });
    }
  }

  test("page and viewer follow the system from one theme to the other, with what was typed", async () => {
    await using docs = await openPage(browser, service.origin, "/-/docs#app=org/app", { colorScheme: "light" });
    const { page } = docs;
    await viewerShown(page);
    await page.getByLabel("Client id").fill("half an id");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator("body.dark-mode").waitFor();
    expect(await page.getByLabel("Client id").inputValue()).toBe("half an id");
    await page.emulateMedia({ colorScheme: "light" });
    await page.locator("body.light-mode").waitFor();
  });
}
