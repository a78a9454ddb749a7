import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { bundledSnippet } from "../../docs/clients/bundled-snippet.ts";
import { clientSnippet } from "../../docs/clients/client-snippets.ts";
import { filledIn } from "../../docs/clients/filled-in.ts";
import { startSnippetApp } from "../../docs/clients/snippet-app.ts";
import { openSnippetPage } from "../../docs/clients/snippet-page.ts";
import { installExample } from "../../harness/installed-example.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { chromiumMissing } from "../../sdk/chromium.ts";
import { CHANNEL_URL } from "../../sdk/message-channel.ts";

/** The example that pins the kit with the SDK in it. */
const installed = await installExample("easemob-chat-uikit");
const missing = chromiumMissing() ?? installed.missing;
setDefaultTimeout(60_000);

/** Appended to the snippet: prints the error for too many users in one call. */
const REFUSED = `
const users = Array.from({ length: 101 }, (_, index) => "user-" + index);
const all = client.userInfoManager.getUserInfoByUserId({ userIds: users });
await all.catch(({ code, details }) => console.log("refused", code, details.httpStatus, details.serverMessage));`;

describe.skipIf(isLeftOut(missing === undefined, `SDK 5's snippet in docs/CLIENTS.md: ${missing}`))("SDK 5", () => {
  test("web-sdk-5 stores a name, reads two, and is told why 101 are refused", async () => {
    await using app = await startSnippetApp();
    await using page = await openSnippetPage();
    const filling = { origin: app.service.origin, token: app.token, channel: CHANNEL_URL };
    const packages = "packages" in installed ? installed.packages : "";
    const code = filledIn(clientSnippet("web-sdk-5").code, filling);
    await page.run(await bundledSnippet(`${code}${REFUSED}`, { packages }));
    const printed = page.takePrinted();
    expect(printed).toContain("Ada Robert");
    expect(printed).toContain("refused 210 403 exceed allowed batch size 100");
    expect([page.errors, [...page.outside]]).toEqual([[], []]);
    expect((await app.admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
  });
});
