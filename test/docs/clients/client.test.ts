import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { buildClient } from "../../client/built.ts";
import { eventually } from "../../harness/eventually.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { chromiumMissing } from "../../sdk/chromium.ts";
import { bundledSnippet } from "./bundled-snippet.ts";
import { clientSnippet } from "./client-snippets.ts";
import { filledIn } from "./filled-in.ts";
import { type SnippetApp, startSnippetApp } from "./snippet-app.ts";
import { openSnippetPage } from "./snippet-page.ts";

const missing = chromiumMissing();
setDefaultTimeout(30_000);

describe("packages/client's snippets in docs/CLIENTS.md", () => {
  let built: ReturnType<typeof buildClient>;
  beforeAll(() => {
    built = buildClient();
  });
  afterAll(() => built[Symbol.dispose]());

  /** With the package as it is published, not its sources. */
  const pasted = async (name: "client" | "client-react", app: SnippetApp, target: "browser" | "node") => {
    const code = filledIn(clientSnippet(name).code, { origin: app.service.origin, token: app.token });
    const all = { "@usermeta/client": "index.js", "@usermeta/client/react": "react.js" };
    const used = Object.entries(all).filter(([specifier]) => code.includes(`"${specifier}"`));
    const imports = Object.fromEntries(used.map(([specifier, file]) => [specifier, join(built.folder, file)]));
    return await bundledSnippet(code, { imports, target });
  };

  test("client stores a name and reads two in Bun", async () => {
    await using app = await startSnippetApp();
    const bun = Bun.spawn([process.execPath, "run", "-"], {
      stdin: new Blob([await pasted("client", app, "node")]),
      stdout: "pipe",
    });
    expect(await bun.stdout.text()).toBe("Ada Robert\n");
    expect((await app.admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
  });

  describe.skipIf(isLeftOut(missing === undefined, `packages/client's snippets in a browser: ${missing}`))(
    "in Chromium",
    () => {
      test("client stores a name and reads two", async () => {
        await using app = await startSnippetApp();
        await using page = await openSnippetPage();
        await page.run(await pasted("client", app, "browser"));
        expect(page.takePrinted()).toEqual(["Ada Robert"]);
        expect(page.errors).toEqual([]);
      });

      test("client-react draws names, and the user's where there is none", async () => {
        await using app = await startSnippetApp();
        await using page = await openSnippetPage();
        await page.run(await pasted("client-react", app, "browser"));
        const drawn = (): Promise<string> => page.page.locator("#root").innerHTML();
        await eventually(async () => expect(await drawn()).toBe("<b>ada</b><b>Robert</b>"));
        expect(page.errors).toEqual([]);
      });
    },
  );
});
