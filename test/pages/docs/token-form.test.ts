import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type DocsPage, getToken, openPage } from "../../harness/docs-page.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { chromiumMissing } from "../../sdk/chromium.ts";
import { startForFile } from "./start-for-file.ts";

const VIEWER_KEEPS_MS = 2000;

const missing = chromiumMissing();

if (!isLeftOut(missing === undefined, `the form that gets a token, in a browser: ${missing}`)) {
  const { browser, service } = await startForFile();

  const open = (fragment = "#app=org/app"): Promise<DocsPage> =>
    openPage(browser, service.origin, `/-/docs${fragment}`);
  const submit = async (page: Page, id: string, secret: string): Promise<void> => {
    await page.getByLabel("Client id").fill(id);
    await page.getByLabel("Client secret").fill(secret);
    await page.getByRole("button", { name: "Get token" }).click();
  };
  const alertOf = (page: Page, text: string) => page.getByRole("alert").filter({ hasText: text }).waitFor();

  test("a wrong secret, a wrong id and an unknown app are told in the server's words, with its hint", async () => {
    await using docs = await open();
    const { page } = docs;
    await submit(page, service.credentials.clientId, "wrong");
    await alertOf(page, "400: client_secret does not match");
    await submit(page, "wrong", "wrong");
    await alertOf(page, "400: client_id does not match");
    await page.getByLabel("App key").fill("org/none");
    await submit(page, "a", "b");
    await alertOf(page, "404: Could not find application for org/none");
    await alertOf(page, "there is no such app here");
    await page.getByLabel("App key").fill("org/app");
    await getToken(page, service.credentials);
    expect(await page.locator("#error").textContent()).toBe("");
  });

  test("what is missing is named, and the field that lacks it has the focus and says so", async () => {
    await using docs = await open("");
    const { page } = docs;
    const steps = [
      ["app", "The app key is written org/app.", "org/app"],
      ["name", "Client id is missing.", "id"],
      ["secret", "Client secret is missing.", "secret"],
    ] as const;
    for (const [field, text, value] of steps) {
      await page.getByRole("button", { name: "Get token" }).click();
      await alertOf(page, text);
      const focused = page.locator(":focus");
      expect(await focused.getAttribute("id")).toBe(field);
      expect(await focused.getAttribute("aria-invalid")).toBe("true");
      await page.keyboard.type(value);
    }
    expect(docs.requested.filter((url) => url.endsWith("/token"))).toEqual([]);
  });

  test("all of it can be done with the keyboard", async () => {
    await using docs = await open("");
    const { page } = docs;
    await page.getByRole("link", { name: "usermeta" }).focus();
    const { clientId, clientSecret } = service.credentials;
    // The links and the dialect come first.
    for (let index = 0; index < 3; index++) await page.keyboard.press("Tab");
    await page.keyboard.type("org/app");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("textbox", { name: "Username" }).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Tab");
    await page.keyboard.type(clientId);
    await page.keyboard.press("Tab");
    await page.keyboard.type(clientSecret);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Calls carry a token of the admin of org/app" }).waitFor();
  });

  test("neither secret nor token is in an address, in storage, in a cookie or in a log", async () => {
    await using docs = await open();
    const { page } = docs;
    const logged: string[] = [];
    page.on("console", (message) => logged.push(message.text()));
    const granting = page.waitForResponse((response) => response.url().endsWith("/token"));
    await getToken(page, service.credentials);
    const { access_token: token }: { access_token: string } = await (await granting).json();
    await page.locator("#viewer .request-card", { hasText: token }).first().waitFor({ state: "attached" });
    // Also a token that is typed into the viewer, which would otherwise store it a moment later.
    const typed = "typed-into-the-viewer";
    await page.locator("#viewer").getByLabel("Bearer Token", { exact: true }).first().fill(typed);
    await page.locator("#viewer .request-card", { hasText: typed }).first().waitFor({ state: "attached" });
    await page.waitForTimeout(VIEWER_KEEPS_MS);
    const kept = await page.evaluate(`(async () => JSON.stringify([
      location.href, history.state, document.cookie, { ...localStorage }, { ...sessionStorage },
      await indexedDB.databases(),
    ]))()`);
    for (const secret of [service.credentials.clientSecret, token, typed]) {
      expect(kept).not.toContain(secret);
      expect([...docs.requested, ...logged].filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(kept).not.toContain("#app=");
    await page.reload();
    await page.getByRole("button", { name: "Get token" }).waitFor();
    expect(await page.locator("#granted").textContent()).toBe("");
  });

  test("what stands in the address, and what an answer says, is text whatever it holds", async () => {
    const html = '<img src=x onerror="window.owned=1">';
    await using docs = await open(`#app=${encodeURIComponent(`${html}x#app`)}`);
    const { page } = docs;
    const json = { error: html, error_description: html, hint: html };
    await page.route("**/token", (route) => route.fulfill({ status: 400, json }));
    await submit(page, "a", "b");
    await alertOf(page, `400: ${html} – ${html}`);
    expect(await page.getByLabel("App key").inputValue()).toBe(`${html}x#app`);
    expect(await page.evaluate("window.owned")).toBeUndefined();
    expect(await page.locator("section.access img").count()).toBe(0);
  });

  test("a server that does not answer is told, and the form can be sent again", async () => {
    await using docs = await open();
    const { page } = docs;
    await page.route("**/token", (route) => route.abort());
    await submit(page, "a", "b");
    await alertOf(page, "The server did not answer.");
    await page.unroute("**/token");
    await getToken(page, service.credentials);
  });
}
