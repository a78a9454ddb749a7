import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserMissing, launchBrowser } from "../../harness/browser.ts";
import { eventually } from "../../harness/eventually.ts";
import { installExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { openPage } from "./open-page.ts";
import { type ServedProfiles, serveProfiles } from "./serve-profiles.ts";

const PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E";
/** What others change is asked for each five seconds. */
const REFRESHED_WITHIN_MS = 30_000;
const BUILD_TIMEOUT_MS = 300_000;

const noBrowser = browserMissing();
const installed = await installExample("profiles-react");
const missing = noBrowser ?? installed.missing;
const LEFT_OUT = isLeftOut(missing === undefined, `examples/profiles-react in a browser: ${missing}`);

let profiles: ServedProfiles;
let browser: Browser;

beforeAll(async () => {
  if (LEFT_OUT) return;
  profiles = await serveProfiles();
  browser = await launchBrowser();
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  if (LEFT_OUT) return;
  await browser.close();
  await profiles[Symbol.asyncDispose]();
});

/** Replaces what a field holds key by key: Playwright's own way in Firefox is one that React does not hear of. */
async function type(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByLabel(label);
  await field.press("ControlOrMeta+a");
  await field.press("Delete");
  await field.pressSequentially(text);
}

async function logIn(page: Page, user: string, password = "secret"): Promise<void> {
  await type(page, "Username", user);
  await type(page, "Password", password);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function expectList(page: Page, expected: readonly string[], withinMs?: number): Promise<void> {
  await eventually(
    async () =>
      expect((await page.locator("li").allInnerTexts()).map((text) => text.replace(/^.\n/, ""))).toEqual([...expected]),
    withinMs,
  );
}

/** Opens the form, types, and saves. */
async function saveNickname(page: Page, nickname: string): Promise<void> {
  await type(page, "Nickname", nickname);
  await page.getByRole("button", { name: "Save" }).click();
}

test.skipIf(LEFT_OUT)("a wrong password is told, the right one shows all names by one call", async () => {
  const { admin } = profiles;
  await admin.set("ada", { nickname: "Ada Lovelace", avatarurl: PICTURE });
  await admin.set("bob", { nickname: "Bob" });
  await using opened = await openPage(browser, profiles.url);
  const { page } = opened;
  await logIn(page, "ada", "wrong");
  await page.getByRole("alert").filter({ hasText: "invalid password" }).waitFor();
  const reads: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "OPTIONS") reads.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await logIn(page, "Ada");
  await expectList(page, ["Ada Lovelace", "Bob", "cyd", "zoe\nno such user"]);
  expect(reads.slice(0, 2)).toEqual(["POST /org/app/token", "POST /org/app/metadata/user/get"]);
  expect(await page.evaluate("document.querySelector('li img').naturalWidth")).toBe(9);
  expect(opened.errors).toEqual([]);
});

test.skipIf(LEFT_OUT)("an edit is stored, shown immediately, and still there after a reload", async () => {
  const { admin } = profiles;
  await admin.set("bob", { nickname: "Bob", avatarurl: "", sign: "hi" });
  await using opened = await openPage(browser, profiles.url);
  const { page } = opened;
  await logIn(page, "bob");
  await page.getByRole("button", { name: "Edit my profile" }).click();
  await type(page, "Address of the avatar", PICTURE);
  await saveNickname(page, "Robert");
  await expectList(page, ["Ada Lovelace", "Robert", "cyd", "zoe\nno such user"]);
  expect((await admin.get("bob")).body.data).toEqual({ nickname: "Robert", avatarurl: PICTURE, sign: "hi" });
  await page.reload();
  await logIn(page, "bob");
  await expectList(page, ["Ada Lovelace", "Robert", "cyd", "zoe\nno such user"]);
  // An empty field removes the attribute.
  await page.getByRole("button", { name: "Edit my profile" }).click();
  await type(page, "Address of the avatar", "");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Edit my profile" }).waitFor();
  expect((await admin.get("bob")).body.data).toEqual({ nickname: "Robert", sign: "hi" });
  // Another user's change appears without a click.
  await admin.set("cyd", { nickname: "Cyd" });
  await expectList(page, ["Ada Lovelace", "Robert", "Cyd", "zoe\nno such user"], REFRESHED_WITHIN_MS);
  expect(opened.errors).toEqual([]);
});

test.skipIf(LEFT_OUT)("a change made elsewhere is shown, and the user decides which one stays", async () => {
  const { admin } = profiles;
  await admin.set("cyd", { nickname: "Cyd" });
  await using opened = await openPage(browser, profiles.url);
  const { page } = opened;
  await logIn(page, "cyd");
  const edit = page.getByRole("button", { name: "Edit my profile" });
  await edit.click();
  await admin.set("cyd", { nickname: "Elsewhere" });
  await saveNickname(page, "Mine");
  await page.getByRole("alert").filter({ hasText: "changed elsewhere" }).waitFor();
  expect(await page.locator("dd").allInnerTexts()).toEqual(["Elsewhere", "none"]);
  expect((await admin.get("cyd")).body.data).toEqual({ nickname: "Elsewhere" });
  await page.getByRole("button", { name: "Store mine" }).click();
  await edit.waitFor();
  expect((await admin.get("cyd")).body.data).toEqual({ nickname: "Mine" });

  await edit.click();
  await admin.set("cyd", { nickname: "Again" });
  await saveNickname(page, "Lost");
  await page.getByRole("button", { name: "Take what is stored" }).click();
  expect(await page.getByLabel("Nickname").inputValue()).toBe("Again");
  await page.getByRole("button", { name: "Save" }).click();
  await edit.waitFor();
  expect((await admin.get("cyd")).body.data).toEqual({ nickname: "Again" });
  // What does not concern the form is no conflict.
  await edit.click();
  await admin.set("cyd", { sign: "busy" });
  await saveNickname(page, "Cyd");
  await edit.waitFor();
  expect((await admin.get("cyd")).body.data).toEqual({ nickname: "Cyd", sign: "busy" });
  expect(opened.errors).toEqual([]);
});

test.skipIf(LEFT_OUT)("a token that ends leads back to the log-in", async () => {
  const { admin, service } = profiles;
  await using opened = await openPage(browser, profiles.url);
  const { page } = opened;
  await admin.register("dot");
  await logIn(page, "dot");
  await page.getByRole("heading", { name: "Profiles" }).waitFor();
  await fetch(`${service.base}/users/dot`, { method: "DELETE", headers: { Authorization: `Bearer ${admin.token}` } });
  await page.getByRole("heading", { name: "Log in" }).waitFor({ timeout: REFRESHED_WITHIN_MS });
  expect(opened.errors).toEqual([]);
});
