import { expect, test } from "bun:test";
import { builtPages } from "../harness/built-pages.ts";
import { signIn } from "../harness/client.ts";
import { closeCall, getToken, openCall, openPage, sendCall, viewerShown } from "../harness/docs-page.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { startTestService } from "../harness/service.ts";
import { chromiumMissing, launchChromium } from "../sdk/chromium.ts";

const missing = chromiumMissing();
const PATH = "/{org}/{app}/metadata/user/{username}";
const TIMEOUT_MS = 60_000;

/** Further tests are in test/pages/docs/. */
test.skipIf(isLeftOut(missing === undefined, `the page of the API in a browser: ${missing}`))(
  "on /-/docs a token is got, a call is run with it, and what it answers is stored; nothing is asked of other servers",
  async () => {
    await using service = await startTestService({ engine: "memory", parts: { pages: builtPages() } });
    const admin = await signIn(service);
    await admin.register("ada");
    await using browser = await launchChromium();
    await using docs = await openPage(browser, service.origin, "/-/docs#app=org/app");
    await viewerShown(docs.page);
    await getToken(docs.page, service.credentials);
    const dialog = await openCall(docs.page, { summary: "Set attributes", method: "put", path: PATH });
    const answer = await sendCall(dialog);
    expect(answer.status).toBe("200 OK");
    expect(answer.text).toContain('"nickname": "Ada"');
    expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada", avatarurl: "https://example.com/ada.png" });
    await closeCall(dialog);
    expect(docs.outside).toEqual([]);
    expect(docs.requested.filter((url) => url.includes(service.credentials.clientSecret))).toEqual([]);
    expect(await docs.violations()).toEqual([`script-src eval`]);
    expect(service.faults).toEqual([]);
  },
  TIMEOUT_MS,
);
