import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { isLeftOut } from "../../harness/missing-part.ts";
import { chromiumMissing } from "../../sdk/chromium.ts";
import { CHANNEL_URL } from "../../sdk/message-channel.ts";
import { bundledSnippet } from "./bundled-snippet.ts";
import { clientSnippet } from "./client-snippets.ts";
import { filledIn } from "./filled-in.ts";
import { type SnippetApp, startSnippetApp } from "./snippet-app.ts";
import { openSnippetPage, type SnippetPage } from "./snippet-page.ts";

const missing = chromiumMissing();
setDefaultTimeout(30_000);

describe.skipIf(isLeftOut(missing === undefined, `snippets of docs/CLIENTS.md in a browser: ${missing}`))(
  "the web SDK's snippets in docs/CLIENTS.md",
  () => {
    let page: SnippetPage;
    beforeAll(async () => {
      page = await openSnippetPage();
    });
    afterEach(() => expect([page.errors, [...page.outside]]).toEqual([[], []]));
    afterAll(() => page[Symbol.asyncDispose]());

    describe.each(["agora-chat", "easemob-websdk"])("with %s", (sdk) => {
      const pasted = async (code: string, app: SnippetApp, channel?: string): Promise<string> => {
        const filling = { origin: app.service.origin, token: app.token };
        const text = filledIn(code, channel === undefined ? filling : { ...filling, channel });
        return await bundledSnippet(text.replaceAll('from "agora-chat', `from "${sdk}`));
      };

      test.each(["web-sdk", "web-sdk-mini"])("%s stores the profile and reads both names", async (name) => {
        await using app = await startSnippetApp();
        await page.run(await pasted(clientSnippet(name).code, app, CHANNEL_URL));
        expect(page.takePrinted()).toContain("Ada Robert");
        expect((await app.admin.get("ada")).body.data).toMatchObject({ nickname: "Ada" });
      });

      test("web-sdk-without-messages does so without any channel", async () => {
        await using app = await startSnippetApp();
        await page.run(await pasted(clientSnippet("web-sdk-without-messages").code, app));
        expect(page.takePrinted()).toContain("Ada Robert");
        expect((await app.admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
      });

      test("web-sdk-many reads more names than one call may ask for", async () => {
        await using app = await startSnippetApp();
        const users = [...Array.from({ length: 100 }, (_, index) => `user-${index}`), "bob"];
        const both = `${clientSnippet("web-sdk").code}\n${clientSnippet("web-sdk-many").code}
          console.log("many", JSON.stringify(await profilesOf(${JSON.stringify(users)})));
          const all = connection.fetchUserInfoById(${JSON.stringify(users)});
          await all.catch(({ type, data }) => console.log("all", type, data));`;
        await page.run(await pasted(both, app, CHANNEL_URL));
        const printed = page.takePrinted();
        expect(printed).toContain('many {"bob":{"nickname":"Robert"}}');
        const refused = printed.find((line) => line.startsWith("all 603 {"));
        expect(refused).toContain("exceed allowed batch size 100");
      });
    });
  },
);
