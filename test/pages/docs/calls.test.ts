import { expect, test } from "bun:test";
import { browserMissing, launchBrowser } from "../../harness/browser.ts";
import { builtPages } from "../../harness/built-pages.ts";
import { signIn } from "../../harness/client.ts";
import { type Call, closeCall, getToken, openCall, openPage, sendCall, viewerShown } from "../../harness/docs-page.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { startTestService } from "../../harness/service.ts";

const USER = "/{org}/{app}/metadata/user/{username}";
const SET: Call = { summary: "Set attributes", method: "put", path: USER };
const GET: Call = { summary: "Get attributes", method: "get", path: USER };
const BATCH: Call = {
  summary: "Get attributes of several users",
  method: "post",
  path: "/{org}/{app}/metadata/user/get",
};
const TIMEOUT_MS = 120_000;

const missing = browserMissing();

test.skipIf(isLeftOut(missing === undefined, `calls from the page of the API in a browser: ${missing}`))(
  "an admin sets attributes with a key of their own, and gets them of one user and of several: page and store agree",
  async () => {
    await using service = await startTestService({ engine: "memory", parts: { pages: builtPages() } });
    const admin = await signIn(service);
    for (const name of ["ada", "bob"]) await admin.register(name);
    await admin.set("bob", { nickname: "Bob" });
    await using browser = await launchBrowser();
    await using docs = await openPage(browser, service.origin, "/-/docs#app=org/app");
    const { page } = docs;
    await viewerShown(page);
    await getToken(page, service.credentials);

    const set = await openCall(page, SET);
    const row = set.getByRole("row").last();
    await row.getByRole("combobox").first().click();
    await page.keyboard.type("mood");
    await set.getByRole("row").filter({ hasText: "mood" }).getByRole("combobox").last().click();
    await page.keyboard.type("<b>calm</b> & 静");
    const stored = { nickname: "Ada", avatarurl: "https://example.com/ada.png", mood: "<b>calm</b> & 静" };
    const answer = await sendCall(set);
    expect(answer.status).toBe("200 OK");
    for (const value of Object.values(stored)) expect(answer.text).toContain(JSON.stringify(value));
    expect((await admin.get("ada")).body.data).toEqual(stored);
    await closeCall(set);

    const get = await openCall(page, GET);
    const got = await sendCall(get);
    expect(got.status).toBe("200 OK");
    expect(got.text).toContain('"mood": "<b>calm</b> & 静"');
    await closeCall(get);

    const batch = await openCall(page, BATCH);
    const many = await sendCall(batch);
    expect(many.status).toBe("200 OK");
    expect(many.text).toContain('"nickname": "Ada"');
    expect(many.text).toContain('"nickname": "Bob"');
    await closeCall(batch);

    expect(docs.outside).toEqual([]);
    expect(docs.errors).toEqual([]);
    expect(service.faults).toEqual([]);
  },
  TIMEOUT_MS,
);

test.skipIf(isLeftOut(missing === undefined, `calls of a user from the page of the API in a browser: ${missing}`))(
  "a user gets a token by name and password, and may set their own attributes",
  async () => {
    await using service = await startTestService({ engine: "memory", parts: { pages: builtPages() } });
    const admin = await signIn(service);
    await admin.register("ada");
    await using browser = await launchBrowser();
    await using docs = await openPage(browser, service.origin, "/-/docs");
    const { page } = docs;
    await viewerShown(page);
    await page.getByLabel("App key").fill("org#app");
    await page.getByText("a user", { exact: true }).click();
    await page.getByRole("textbox", { name: "Username" }).fill("ada");
    await page.getByRole("textbox", { name: "Password" }).fill("secret");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "a token of ada of org/app" }).waitFor();

    const set = await openCall(page, SET);
    expect((await sendCall(set)).status).toBe("200 OK");
    expect((await admin.get("ada")).body.data).toMatchObject({ nickname: "Ada" });
    await closeCall(set);
    expect(docs.errors).toEqual([]);
  },
  TIMEOUT_MS,
);
