import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildClient } from "../../client/built.ts";
import { connect } from "../../client/connected.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { launchWebkit, webkitMissing } from "../../harness/webkit.ts";
import { serveFolder } from "../examples/serve-folder.ts";

const missing = webkitMissing();
const LEFT_OUT = isLeftOut(missing === undefined, `the client in WebKit: ${missing}`);

test.skipIf(LEFT_OUT)(
  "WebKit runs the client as it is published: reads, writes, conditions, an end by a signal",
  async () => {
    await using connected = await connect();
    const { service, admin } = connected;
    await admin.newUser("ada");
    using built = buildClient();
    writeFileSync(join(built.folder, "index.html"), "<!doctype html><title>client</title>");
    await using served = serveFolder(built.folder);
    await using page = await launchWebkit();
    await page.open(served.url);
    const said = await page.evaluate(`
    const { createClient } = await import("/index.js");
    const app = { url: ${JSON.stringify(service.base)}, token: ${JSON.stringify(admin.token)} };
    const failed = (call) => call.then(() => "it succeeded", ({ name, status = null }) => [name, status]);
    const unanswered = (_, { signal }) => new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("given up")));
    });
    const client = createClient(app);
    const [before, nobody] = await client.getMany(["ada", "nobody"]);
    const first = await client.set("ada", { nickname: "Ada" });
    await createClient(app).update("ada", ({ nickname }) => ({ nickname: nickname + "!" }));
    const conflict = failed(client.set("ada", { sign: "hi" }, { ifMatch: first.etag }));
    const gone = new AbortController();
    const aborted = failed(client.get("ada", gone));
    gone.abort();
    return {
      read: [before.attributes, nobody.attributes ?? null, first.attributes, (await client.get("ada")).attributes],
      conflict: await conflict,
      aborted: await aborted,
      late: await failed(createClient({ ...app, timeoutMs: 50, tries: 1, fetch: unanswered }).get("ada")),
    };`);
    expect(said).toEqual({
      read: [{}, null, { nickname: "Ada" }, { nickname: "Ada!" }],
      conflict: ["UsermetaError", 412],
      aborted: ["AbortError", null],
      late: ["UsermetaError", 0],
    });
    expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada!" });
  },
);
