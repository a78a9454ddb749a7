import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientSnippet } from "../../docs/clients/client-snippets.ts";
import { filledIn } from "../../docs/clients/filled-in.ts";
import { eventually } from "../../harness/eventually.ts";
import { copyExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { contactNames, pictureWidths } from "../../kits/contact-list.ts";
import { CARD, CONTACT_LIST, EASEMOB_CHAT_UIKIT } from "../../kits/easemob-chat-uikit.ts";
import { startKitServer } from "../../kits/kit-server.ts";
import { kitMissing } from "../../kits/open-kit.ts";
import { PICTURE, PICTURE_WIDTH } from "../../kits/people.ts";
import { launchChromium } from "../../sdk/chromium.ts";
import { startDev } from "../examples/dev-server.ts";
import { openPage } from "../examples/open-page.ts";
import { runNpm } from "../examples/run-npm.ts";

/** Vite first looks at all of the kit. */
const SHOWN_WITHIN_MS = 120_000;
const TIMEOUT_MS = 300_000;

/** What `npm create vite` puts there, and a way to call the own profile's snippet. */
const MAIN = `
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App.tsx";
import * as ownProfile from "./own-profile.js";

Object.assign(globalThis, ownProfile);
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<StrictMode><App /></StrictMode>);
`;

const missing = await kitMissing(EASEMOB_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `easemob-chat-uikit in a new Vite project: ${missing}`);

describe.skipIf(LEFT_OUT)("easemob-chat-uikit in a new Vite project", () => {
  test(
    "with nothing but the snippets shows names and avatars, and takes a change of one's own",
    async () => {
      await using server = await startKitServer();
      const { admin } = server;
      const token = await admin.newUser("ada");
      for (const user of ["bob", "eve"]) await admin.newUser(user);
      await admin.set("bob", { nickname: "Robert", avatarurl: PICTURE });
      await admin.set("eve", { nickname: "Eve" });

      // The example's packages are those that such a project has; nothing of its own sources is left.
      using project = await copyExample(EASEMOB_CHAT_UIKIT);
      const write = (file: string, text: string) => writeFileSync(join(project.folder, file), text);
      for (const path of ["src", ".env", "stand-in-channel.ts", "dist"]) {
        rmSync(join(project.folder, path), { recursive: true, force: true });
      }
      mkdirSync(join(project.folder, "src"));
      const app = (channel: string) =>
        filledIn(clientSnippet("easemob-ui-kit").code, { origin: server.restUrl, token, channel });
      write("vite.config.ts", clientSnippet("easemob-ui-kit-stand-in").code);
      write("src/main.tsx", MAIN);
      write("src/own-profile.js", clientSnippet("easemob-ui-kit-own-profile").code);
      write("src/own-profile.d.ts", "export function saveOwnProfile(profile: object): Promise<void>;");

      await using dev = await startDev(project.folder, {});
      write("src/App.tsx", app(`${dev.url.replace("http", "ws")}channel`));
      const browser = await launchChromium();
      try {
        await using opened = await openPage(browser, dev.url);
        const { page } = opened;
        await eventually(async () => expect(await contactNames(page)).toEqual(["Eve", "Robert"]), SHOWN_WITHIN_MS);
        await eventually(async () => expect(await pictureWidths(page, CONTACT_LIST)).toEqual([PICTURE_WIDTH]));
        await page.locator(CONTACT_LIST).getByText("Robert").click();
        await page.locator(CARD).getByText("Robert").waitFor();

        await page.evaluate('saveOwnProfile({ nickname: "Ada" })');
        expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
        expect(opened.errors).toEqual([]);
      } finally {
        await browser.close();
      }
      // Its types are right as well.
      await runNpm(project.folder, "build", {});
    },
    TIMEOUT_MS,
  );
});
