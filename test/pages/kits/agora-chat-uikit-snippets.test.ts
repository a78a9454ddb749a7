import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientSnippet } from "../../docs/clients/client-snippets.ts";
import { filledIn } from "../../docs/clients/filled-in.ts";
import { eventually } from "../../harness/eventually.ts";
import { copyExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import {
  AGORA_CHAT_UIKIT,
  CONTACT_CARD,
  CONTACT_LIST,
  expectContacts,
  expectIn,
  startWithAda,
} from "../../kits/agora-chat-uikit.ts";
import { pictureWidths } from "../../kits/contact-list.ts";
import { kitMissing } from "../../kits/open-kit.ts";
import { PICTURE, PICTURE_WIDTH } from "../../kits/people.ts";
import { launchChromium } from "../../sdk/chromium.ts";
import { startDev } from "../examples/dev-server.ts";
import { openPage } from "../examples/open-page.ts";

/** Vite first looks at all of the kit, twice. */
const TIMEOUT_MS = 300_000;

/** What `npm create vite` puts there, and a way to call the own profile's snippet. */
const MAIN = `
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App.jsx";
import * as ownProfile from "./own-profile.js";

Object.assign(globalThis, ownProfile);
createRoot(document.getElementById("root")).render(<StrictMode><App /></StrictMode>);
`;

const missing = await kitMissing(AGORA_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `agora-chat-uikit in a new Vite project: ${missing}`);

describe.skipIf(LEFT_OUT)("agora-chat-uikit in a new Vite project", () => {
  test.each(["without a message channel", "with a message channel"])(
    "%s shows names and avatars with nothing but the snippets, and takes a change of one's own",
    async (how) => {
      await using server = await startWithAda();
      const { admin } = server;
      for (const user of ["bob", "eve"]) await admin.register(user);
      await admin.set("bob", { nickname: "Robert", avatarurl: PICTURE });
      await admin.set("eve", { nickname: "Eve" });

      // The example's packages are those that such a project has, and its channel stands in for the vendor's.
      using project = await copyExample(AGORA_CHAT_UIKIT);
      const write = (file: string, text: string) => writeFileSync(join(project.folder, file), text);
      for (const path of ["src", ".env"]) rmSync(join(project.folder, path), { recursive: true });
      mkdirSync(join(project.folder, "src"));
      write("index.html", '<div id="root"></div><script type="module" src="/src/main.jsx"></script>');
      write("src/main.jsx", MAIN);
      write("src/own-profile.js", clientSnippet("agora-ui-kit-own-profile").code);
      await using dev = await startDev(project.folder, {});
      const channel = how.startsWith("without") ? "" : `${dev.url.replace("http", "ws")}stand-in-channel`;
      const filling = { origin: server.restUrl, token: await admin.tokenOf("ada"), channel };
      write("src/App.jsx", filledIn(clientSnippet("agora-ui-kit").code, filling).replace("org#app", server.appKey));

      const browser = await launchChromium();
      try {
        await using opened = await openPage(browser, dev.url);
        const { page } = opened;
        await expectContacts(page, ["Eve", "Robert"]);
        await eventually(async () => expect(await pictureWidths(page, CONTACT_LIST)).toEqual([PICTURE_WIDTH]));
        await page.locator(CONTACT_LIST).getByText("Robert").click();
        await expectIn(page, CONTACT_CARD, "Robert");

        await page.evaluate('saveOwnProfile({ nickname: "Ada" })');
        expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
        expect(opened.errors).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    TIMEOUT_MS,
  );
});
