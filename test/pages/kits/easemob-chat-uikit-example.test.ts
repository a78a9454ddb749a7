import { describe, expect, test } from "bun:test";
import { eventually } from "../../harness/eventually.ts";
import { copyExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { contactNames } from "../../kits/contact-list.ts";
import { EASEMOB_CHAT_UIKIT, OWN_PROFILE } from "../../kits/easemob-chat-uikit.ts";
import { startKitServer } from "../../kits/kit-server.ts";
import { kitMissing } from "../../kits/open-kit.ts";
import { launchChromium } from "../../sdk/chromium.ts";
import { startDev } from "../examples/dev-server.ts";
import { openPage } from "../examples/open-page.ts";

/** Vite first looks at all of the kit. */
const SHOWN_WITHIN_MS = 120_000;
const TIMEOUT_MS = 300_000;

const missing = await kitMissing(EASEMOB_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `examples/easemob-chat-uikit with npm run dev: ${missing}`);

describe.skipIf(LEFT_OUT)("examples/easemob-chat-uikit with npm run dev", () => {
  test(
    "refuses a wrong password, and shows names after the right one, by its own stand-in for a message channel",
    async () => {
      await using server = await startKitServer();
      const { admin } = server;
      for (const user of ["ada", "bob", "cyd"]) await admin.register(user);
      await admin.set("ada", { nickname: "Ada Lovelace" });
      await admin.set("bob", { nickname: "Bob" });
      using copy = await copyExample(EASEMOB_CHAT_UIKIT);
      await using dev = await startDev(copy.folder, { VITE_REST_URL: server.restUrl, VITE_APP_KEY: server.appKey });
      await using stack = new AsyncDisposableStack();
      const browser = await launchChromium();
      stack.defer(() => browser.close());
      await using opened = await openPage(browser, dev.url);
      const { page } = opened;
      const logIn = async (password: string): Promise<void> => {
        await page.getByLabel("Username").fill("Ada", { timeout: SHOWN_WITHIN_MS });
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Log in" }).click();
      };
      await logIn("wrong");
      await page.locator("output", { hasText: "invalid password" }).waitFor();
      await logIn("secret");
      await eventually(async () => expect(await contactNames(page)).toEqual(["Bob", "cyd"]), SHOWN_WITHIN_MS);
      await page.locator(`${OWN_PROFILE} strong`, { hasText: "Ada Lovelace" }).waitFor();
      expect(opened.errors).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
