import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { AppCredentials } from "../../src/core/apps/apps.ts";

/** `/-/docs` in a browser, with records of everything that must not happen there. */
export interface DocsPage extends AsyncDisposable {
  readonly page: Page;
  /** URLs requested from other servers. */
  readonly outside: readonly string[];
  /** All requested URLs. */
  readonly requested: readonly string[];
  /** Exceptions of the page, and errors on the console. */
  readonly errors: readonly string[];
  /** Violations of the page's policy (CSP): directive and address, each once. */
  violations(): Promise<readonly string[]>;
}

export interface Call {
  /** As shown in the viewer's list. */
  readonly summary: string;
  readonly method: string;
  readonly path: string;
}

const WATCH = `
  window.violations = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    window.violations.push(effectiveDirective + " " + blockedURI));
`;
/** Firefox's console message for a violation that other browsers only count. */
const FIREFOX_EVAL = /blocked a JavaScript eval/;
const LOADED_WITHIN_MS = 30_000;

/** @param path of the page, with a leading slash */
export async function openPage(
  browser: Browser,
  origin: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<DocsPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(LOADED_WITHIN_MS);
  await page.addInitScript(WATCH);
  const requested: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => requested.push(request.url()));
  const tell = (text: string): void => void (FIREFOX_EVAL.test(text) || errors.push(text));
  page.on("pageerror", ({ message }) => tell(message));
  page.on("console", (message) => {
    if (message.type() === "error") tell(message.text());
  });
  await page.goto(origin + path);
  return {
    page,
    requested,
    get outside() {
      return requested.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith("data:"));
    },
    errors,
    async violations() {
      // as: the script above stores texts
      return [...new Set((await page.evaluate("window.violations")) as string[])].sort();
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Resolves when the viewer shows the calls. */
export async function viewerShown(page: Page): Promise<void> {
  await page.locator("#viewer").getByRole("heading", { name: "usermeta", exact: true }).first().waitFor();
}

export async function getToken(page: Page, { clientId, clientSecret }: AppCredentials): Promise<void> {
  await page.getByLabel("Client id").fill(clientId);
  await page.getByLabel("Client secret").fill(clientSecret);
  await page.getByRole("button", { name: "Get token" }).click();
  await page.getByRole("status").filter({ hasText: "Calls carry a token" }).waitFor();
}

/** Opens a call in the viewer's window for test requests. */
export async function openCall(page: Page, { summary, method, path }: Call): Promise<Locator> {
  await page.locator("#viewer aside").getByRole("link", { name: summary, exact: false }).first().click();
  await page.getByRole("button", { name: `Test Request (${method} ${path})` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Send" }).first().waitFor();
  return dialog;
}

/** Sends the request in the window. @returns the answer as shown by the viewer: status and body */
export async function sendCall(dialog: Locator): Promise<{ readonly status: string; readonly text: string }> {
  await dialog.getByRole("button", { name: "Send" }).first().click();
  const status = dialog.getByText(/^\d{3} \w/).first();
  await status.waitFor();
  const body = dialog.getByRole("textbox").filter({ hasText: "timestamp" }).last();
  await body.waitFor();
  return { status: ((await status.textContent()) ?? "").trim(), text: (await body.textContent()) ?? "" };
}

export async function closeCall(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Close Client" }).click();
  await dialog.waitFor({ state: "hidden" });
}
