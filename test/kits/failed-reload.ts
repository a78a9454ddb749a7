import type { ConsoleMessage, Page } from "playwright-core";

/**
 * Reloads the page, and waits until the kit has given up loading the contacts' profiles; both kits log that only to the
 * console.
 */
export async function failedReload(page: Page): Promise<void> {
  const predicate = (message: ConsoleMessage) => message.text().includes("get getUsersInfo failed");
  const failed = page.waitForEvent("console", { predicate });
  await page.reload();
  await failed;
}
