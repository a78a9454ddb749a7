import { expect, test } from "bun:test";
import { eventually } from "../../harness/eventually.ts";
import { installExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { launchWebkit, webkitMissing } from "../../harness/webkit.ts";
import { serveProfiles } from "../examples/serve-profiles.ts";

/** One pixel. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const SHOWN_WITHIN_MS = 30_000;
const TEST_TIMEOUT_MS = 300_000;

const installed = await installExample("profiles-react");
const missing = webkitMissing() ?? installed.missing;
const LEFT_OUT = isLeftOut(missing === undefined, `examples/profiles-react in WebKit: ${missing}`);

const field = (label: string): string => `//label[contains(., "${label}")]/input`;
const button = (name: string): string => `//button[contains(., "${name}")]`;

test.skipIf(LEFT_OUT)(
  "WebKit shows names and an avatar, stores what is edited, and shows a conflict",
  async () => {
    await using profiles = await serveProfiles();
    const { admin, url } = profiles;
    await admin.set("ada", { nickname: "Ada Lovelace", avatarurl: PICTURE });
    await using page = await launchWebkit();
    /** What the list shows, without the letters in the place of avatars. */
    const expectList = async (...names: readonly string[]): Promise<void> => {
      const list = `return [...document.querySelectorAll("li")].map((each) => each.innerText.trim().replace(/^.\\n/, ""))`;
      await eventually(async () => expect(await page.evaluate(list)).toEqual(names), SHOWN_WITHIN_MS);
    };

    await page.open(url);
    expect(await page.evaluate("return navigator.userAgent")).toMatch(/AppleWebKit(?!.*Chrome)/);
    await page.type(field("Username"), "bob");
    await page.type(field("Password"), "secret");
    await page.click(button("Log in"));
    await expectList("Ada Lovelace", "bob", "cyd", "zoe\nno such user");
    expect(await page.evaluate('return document.querySelector("li img").naturalWidth')).toBe(1);

    await page.click(button("Edit my profile"));
    await page.type(field("Nickname"), "Robert");
    await page.click(button("Save"));
    await expectList("Ada Lovelace", "Robert", "cyd", "zoe\nno such user");
    expect((await admin.get("bob")).body.data).toEqual({ nickname: "Robert" });

    await page.click(button("Edit my profile"));
    await admin.set("bob", { nickname: "Elsewhere" });
    await page.type(field("Nickname"), "Mine");
    await page.click(button("Save"));
    await page.click(button("Store mine"));
    await expectList("Ada Lovelace", "Mine", "cyd", "zoe\nno such user");
    expect((await admin.get("bob")).body.data).toEqual({ nickname: "Mine" });
  },
  TEST_TIMEOUT_MS,
);
