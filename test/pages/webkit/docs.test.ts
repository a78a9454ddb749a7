import { expect, test } from "bun:test";
import { builtPages } from "../../harness/built-pages.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { startTestService } from "../../harness/service.ts";
import { launchWebkit, webkitMissing } from "../../harness/webkit.ts";

const TIMEOUT_MS = 120_000;
const missing = webkitMissing();

test.skipIf(isLeftOut(missing === undefined, `the page of the API in WebKit: ${missing}`))(
  "in WebKit, too, / leads to the page of the API, where a token is got; a browser that is too old for the viewer is told",
  async () => {
    await using service = await startTestService({ engine: "memory", parts: { pages: builtPages() } });
    await using page = await launchWebkit();
    await page.open(`${service.origin}/`);
    await page.click("//a[@href='/-/docs']");
    await page.type("//input[@id='app']", "org/app");
    await page.type("//input[@id='name']", service.credentials.clientId);
    await page.type("//input[@id='secret']", "wrong");
    await page.click("//button[@id='submit']");
    const shown = (id: string) =>
      page.evaluate(`
      const until = performance.now() + 20000;
      for (;;) {
        const text = document.getElementById("${id}").textContent;
        if (text !== "" || performance.now() > until) return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }`);
    expect(await shown("error")).toBe("400: client_secret does not match");
    await page.type("//input[@id='secret']", service.credentials.clientSecret);
    await page.click("//button[@id='submit']");
    expect(await shown("granted")).toContain("a token of the admin of org/app");
    // Debian's WebKit is that of Safari 16.0, and the viewer needs that of 16.4.
    const canLookBehind = await page.evaluate('try { return RegExp("(?<=a)b").test("ab"); } catch { return false; }');
    const notice = await page.evaluate('return document.getElementById("notice").textContent');
    if (canLookBehind) expect(notice).toBe("");
    else expect(notice).toContain("needs a browser of 2023 or later");
    expect(service.faults).toEqual([]);
  },
  TIMEOUT_MS,
);
