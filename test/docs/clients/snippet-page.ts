import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { launchChromium } from "../../sdk/chromium.ts";
import { standInForChannel } from "../../sdk/message-channel.ts";

/** A page in Chromium that runs code as readers paste it into theirs. */
export interface SnippetPage extends AsyncDisposable {
  readonly page: Page;
  /** Loads the script into a fresh page; it may await at its top. Resolves when it has come to its end. */
  run(script: string): Promise<void>;
  /** The lines printed since the last call, a text for each `console.log`, including those of SDKs. */
  takePrinted(): readonly string[];
  /** Errors that were thrown and not caught. */
  readonly errors: readonly unknown[];
  /** Hosts elsewhere that were asked for something; nothing has reached them. */
  readonly outside: ReadonlySet<string>;
}

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div id="root"></div>`;

export async function openSnippetPage(): Promise<SnippetPage> {
  await using stack = new AsyncDisposableStack();
  let script = "";
  const server = createServer((request, response) => {
    const isScript = request.url === "/snippet.js";
    response.setHeader("Content-Type", `${isScript ? "text/javascript" : "text/html"}; charset=utf-8`);
    response.end(isScript ? script : PAGE);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const browser = await launchChromium();
  stack.defer(() => browser.close());
  const page = await browser.newPage();
  const printed: string[] = [];
  const errors: unknown[] = [];
  page.on("console", (message) => {
    if (message.type() === "log") printed.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error));
  const outside = new Set<string>();
  await page.route(
    ({ protocol, hostname }) => protocol.startsWith("http") && hostname !== "127.0.0.1",
    async (route) => {
      outside.add(new URL(route.request().url()).hostname);
      await route.abort();
    },
  );
  await standInForChannel(page);
  const { port } = server.address() as AddressInfo; // as: it listens on a port
  const owned = stack.move();
  return {
    page,
    takePrinted: () => printed.splice(0),
    errors,
    outside,
    async run(text) {
      script = text;
      await page.goto(`http://127.0.0.1:${port}/`);
      // A module that awaits at its top is imported once it is through, or not at all.
      await page.evaluate('import("/snippet.js")');
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
