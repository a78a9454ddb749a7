import { join } from "node:path";
import type { Page } from "playwright-core";

/** The folder in `examples/` that pins it. */
export const EASEMOB_CHAT_UIKIT = "easemob-chat-uikit";
export const EASEMOB_PAGE = join(import.meta.dir, "easemob-chat-uikit/page.jsx");

/** The names that the kit's contact list shows, in order. */
export async function contactNames(page: Page): Promise<readonly string[]> {
  return await page.locator(".cui-contactList .cui-userItem-nickname").allInnerTexts();
}

/** The widths in pixels of the pictures in a part of the page; 0: not loaded. */
export async function pictureWidths(page: Page, part: string): Promise<readonly number[]> {
  return await page.locator(`${part} img`).evaluateAll((images) =>
    // as: the part holds images only
    images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
  );
}
