import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { renderToString } from "react-dom/server";
import { browserMissing, launchBrowser } from "../harness/browser.ts";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { buildClient } from "./built.ts";
import { connect } from "./connected.ts";
import { contacts } from "./contacts.ts";

test("a server renders markup that every page can hydrate, whatever is in its cache", async () => {
  await using connected = await connect();
  const { admin, client } = connected;
  await admin.newUser("ada");
  await client.set("ada", { nickname: "Ada" });
  expect(renderToString(contacts({ client, users: ["ada"] }))).toBe('<ul><li id="ada">…</li></ul>');
});

const missing = browserMissing();

if (!isLeftOut(missing === undefined, `the React hook in a browser: ${missing}`)) {
  let browser: Browser;
  let page: Page;
  let closePage: () => Promise<void>;
  const errors: unknown[] = [];

  beforeAll(async () => {
    using built = buildClient();
    const { outputs } = await Bun.build({
      entrypoints: [join(import.meta.dir, "profiles-page.ts")],
      target: "browser",
      // The page uses the published package, not its sources.
      plugins: [
        {
          name: "built client",
          setup: (build) => {
            build.onResolve({ filter: /packages\/client\/src\/\w+\.ts$/ }, ({ path }) => ({
              path: join(built.folder, basename(path, ".ts").concat(".js")),
            }));
            build.onResolve({ filter: /^react$/ }, () => ({ path: Bun.resolveSync("react", import.meta.dir) }));
          },
        },
      ],
      define: { "process.env.NODE_ENV": '"development"' },
    });
    const script = (await outputs[0]?.text()) ?? "";
    const server = createServer((request, response) => {
      const isScript = request.url === "/page.js";
      response.setHeader("Content-Type", `${isScript ? "text/javascript" : "text/html"}; charset=utf-8`);
      response.end(
        isScript ? script : '<!doctype html><link rel="icon" href="data:,"><body><script src="/page.js"></script>',
      );
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // as: it listens on a port
    closePage = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(`http://127.0.0.1:${port}/`);
  });
  afterEach(() => expect(errors.splice(0)).toEqual([]));
  afterAll(async () => {
    await browser.close();
    await closePage();
  });

  /** The items of the list, in order. */
  const shown = () => page.evaluate("[...document.querySelectorAll('li')].map((each) => each.textContent)");
  const call = (expression: string) => page.evaluate(expression);
  /** Requests of the page to that server, except preflights. */
  async function sentTo<T>(base: string, work: () => Promise<T>): Promise<string[]> {
    const sent: string[] = [];
    const hear = (request: { url(): string; method(): string }): void => {
      if (request.url().startsWith(base)) sent.push(`${request.method()} ${request.url().slice(base.length)}`);
    };
    page.on("request", hear);
    await work();
    page.off("request", hear);
    return sent;
  }

  test("a list from another origin is one call, shows the stored profiles, and follows writes", async () => {
    await using connected = await connect();
    const { service, admin } = connected;
    const users = Array.from({ length: 60 }, (_, n) => `user${n}`);
    await Promise.all(users.map(admin.newUser));
    await admin.set("user0", { nickname: "Zero" });
    await admin.set("user1", { nickname: "One" });
    const all = ["user0", "user1", "nobody", ...users.slice(2)];
    const open = `open(${JSON.stringify(service.base)}, ${JSON.stringify(admin.token)}, ${JSON.stringify(all)})`;
    const sent = await sentTo(service.base, async () => {
      await call(open);
      await eventually(async () =>
        expect(await shown()).toEqual(["Zero", "One", "gone", ...users.slice(2).map(() => "nameless")]),
      );
    });
    expect(sent).toEqual(["POST /metadata/user/get"]);

    await call(`client.set("user1", { nickname: "Uno" })`);
    await eventually(async () => expect(((await shown()) as string[])[1]).toBe("Uno"));
    // A refresh of the list shows a change by another client.
    await admin.set("user0", { nickname: "Null" });
    await call(`client.getMany(["user0", "user1"])`);
    await eventually(async () => expect(((await shown()) as string[]).slice(0, 2)).toEqual(["Null", "Uno"]));
    // CORS lets pages read the ETag and the rate limit.
    expect(
      await call(
        `client.update("user0", ({ nickname }) => ({ nickname: nickname + "!" })).then((each) => each.etag !== undefined)`,
      ),
    ).toBe(true);
    await eventually(async () => expect(((await shown()) as string[])[0]).toBe("Null!"));
    expect(service.faults).toEqual([]);
  });

  test("users that appear later are read then, cached ones are shown meanwhile, and removed ones are released", async () => {
    await using connected = await connect();
    const { service, admin } = connected;
    for (const user of ["ada", "bob"]) {
      await admin.newUser(user);
      await admin.set(user, { nickname: user.toUpperCase() });
    }
    await call(`open(${JSON.stringify(service.base)}, ${JSON.stringify(admin.token)}, ["ada"])`);
    await eventually(async () => expect(await shown()).toEqual(["ADA"]));
    await call(`show(["bob", "ada"])`);
    await eventually(async () => expect(await shown()).toEqual(["BOB", "ADA"]));
    await call(`show([])`);
    await eventually(async () => expect(await shown()).toEqual([]));
    await admin.set("ada", { nickname: "Lady Ada" });
    await call(`show(["ada"])`);
    await eventually(async () => expect(await shown()).toEqual(["Lady Ada"]));
  });

  test("a page that hydrates a server's markup renders the same first, and then its own cache", async () => {
    await using connected = await connect();
    const { service, admin, client } = connected;
    await admin.newUser("ada");
    await client.set("ada", { nickname: "Ada" });
    const drawn = renderToString(contacts({ client, users: ["ada", "bob"] }));
    const given = [service.base, admin.token, ["ada", "bob"], drawn].map((each) => JSON.stringify(each));
    await call(`takeOver(${given.join(", ")})`);
    await eventually(async () => expect(await shown()).toEqual(["Ada", "gone"]));
  });

  test("a refusal of the server is shown as an error, and cached profiles are still shown", async () => {
    await using connected = await connect();
    const { service, admin } = connected;
    await admin.newUser("ada");
    await call(`open(${JSON.stringify(service.base)}, "YWMtgarbage", ["ada"])`);
    await eventually(async () => expect(await shown()).toEqual(["failed"]));
  });
}
