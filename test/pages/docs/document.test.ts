import { expect, test } from "bun:test";
import { getToken, openPage, viewerShown } from "../../harness/docs-page.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { chromiumMissing } from "../../sdk/chromium.ts";
import { startForFile } from "./start-for-file.ts";

const missing = chromiumMissing();

if (!isLeftOut(missing === undefined, `the API's document on its page, in a browser: ${missing}`)) {
  const { browser, service } = await startForFile();

  test("the other dialect's document is shown on demand, and an address that names it shows it immediately", async () => {
    await using docs = await openPage(browser, service.origin, "/-/docs?dialect=2026");
    const { page } = docs;
    const documents = () => docs.requested.filter((url) => url.includes("openapi.json")).map((url) => url.slice(-4));
    await viewerShown(page);
    expect(documents()).toEqual(["2026"]);
    expect(await page.getByRole("radio", { name: "2026" }).isChecked()).toBeTrue();
    const loading = page.waitForResponse((response) => response.url().endsWith("dialect=2021"));
    await page.getByText("2021", { exact: true }).click();
    expect((await loading).status()).toBe(200);
    await viewerShown(page);
    expect(documents()).toEqual(["2026", "2021"]);
    expect(new URL(page.url()).search).toBe("?dialect=2021");
    expect(await page.getByRole("link", { name: "openapi.json", exact: true }).getAttribute("href")).toContain(
      "dialect=2021",
    );
  });

  test("samples in each language hold this server's address, the app and the form's fields", async () => {
    await using docs = await openPage(browser, service.origin, "/-/docs#app=org/app");
    const { page } = docs;
    await viewerShown(page);
    await getToken(page, service.credentials);
    await page.locator("#viewer aside").getByRole("link", { name: "Set attributes" }).first().click();
    const sample = page.locator("#viewer .request-card").first().locator("pre, code").first();
    const languages = {
      Shell: "curl",
      JavaScript: "fetch(",
      Java: "OkHttp",
      Python: "requests.",
      PHP: "curl_init",
      Go: "http.New",
    };
    for (const [language, word] of Object.entries(languages)) {
      await page.getByRole("tab", { name: language, exact: true }).first().click();
      await sample.filter({ hasText: word }).waitFor();
      const text = await sample.textContent();
      expect(text).toContain(`${service.origin}/org/app/metadata/user/ada`);
      expect(text).toContain("nickname");
    }
  });

  test("a document that cannot be had is told, and the form stays", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("**/-/openapi.json*", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.goto(`${service.origin}/-/docs`);
    await page.getByRole("alert").filter({ hasText: "cannot be shown. openapi.json: 503" }).waitFor();
    expect(await page.getByRole("button", { name: "Get token" }).isEnabled()).toBeTrue();
    await context.close();
  });
}
