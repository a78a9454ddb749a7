import type { Browser, Page } from "playwright-core";

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** What was thrown in the page and caught nowhere. */
  readonly errors: readonly Error[];
}

/** A page that reaches nothing but this machine. */
export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors: Error[] = [];
  page.on("pageerror", (error) => errors.push(error));
  await page.route(
    ({ protocol, hostname }) => protocol.startsWith("http") && hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  await page.goto(url);
  return { page, errors, [Symbol.asyncDispose]: () => context.close() };
}
