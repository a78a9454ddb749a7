import { afterAll } from "bun:test";
import type { Browser } from "playwright-core";
import { builtPages } from "../../harness/built-pages.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { launchChromium } from "../../sdk/chromium.ts";

interface Started {
  readonly browser: Browser;
  readonly service: TestService;
}

/** A browser, and a server with the pages, for all tests of the file that calls it. */
export async function startForFile(): Promise<Started> {
  await using stack = new AsyncDisposableStack();
  const browser = stack.use(await launchChromium());
  const service = stack.use(await startTestService({ engine: "memory", parts: { pages: builtPages() } }));
  const owned = stack.move();
  afterAll(() => owned.disposeAsync());
  return { browser, service };
}
