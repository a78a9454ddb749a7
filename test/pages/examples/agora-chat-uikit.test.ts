import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { copyExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { startTestService } from "../../harness/service.ts";
import { AGORA_CHAT_UIKIT, CONTACT_LIST, expectContacts, OWN_PROFILE } from "../../kits/agora-chat-uikit.ts";
import { pictureWidths } from "../../kits/contact-list.ts";
import { kitMissing } from "../../kits/open-kit.ts";
import { PICTURE, PICTURE_WIDTH } from "../../kits/people.ts";
import { launchChromium } from "../../sdk/chromium.ts";
import { startDev } from "./dev-server.ts";
import { exampleSettings } from "./example-settings.ts";
import { openPage } from "./open-page.ts";

/** Vite's first look at a kit of 5 MB, on a machine that does much else. */
const STARTED_WITHIN_MS = 300_000;

const missing = await kitMissing(AGORA_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `examples/agora-chat-uikit in a browser: ${missing}`);

let browser: Browser;
beforeAll(async () => {
  if (!LEFT_OUT) browser = await launchChromium();
});
afterAll(async () => {
  if (!LEFT_OUT) await browser.close();
});

test.skipIf(LEFT_OUT)(
  "a wrong password is told, the right one shows all names, and what is edited is stored",
  async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    for (const user of ["ada", "bob", "cyd"]) await admin.register(user);
    await admin.set("bob", { nickname: "Bob", avatarurl: PICTURE });
    await admin.set("ada", { sign: "hi" });
    using copy = await copyExample(AGORA_CHAT_UIKIT);
    await using dev = await startDev(copy.folder, exampleSettings(service));
    await using opened = await openPage(browser, dev.url);
    const { page } = opened;

    await page.getByLabel("Username").fill("Ada", { timeout: STARTED_WITHIN_MS });
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("invalid password").waitFor();
    await page.getByLabel("Password").fill("secret");
    await page.getByRole("button", { name: "Log in" }).click();
    await expectContacts(page, ["Bob", "cyd", "zoe"]);
    await eventually(async () => expect(await pictureWidths(page, CONTACT_LIST)).toEqual([PICTURE_WIDTH]));

    await page.getByLabel("Nickname").fill("Ada Lovelace");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(`${OWN_PROFILE} header`).getByText("Ada Lovelace").waitFor();
    expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada Lovelace", sign: "hi" });
    expect(opened.errors).toEqual([]);
  },
  STARTED_WITHIN_MS,
);
