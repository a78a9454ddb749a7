import type { Page } from "playwright-core";

/** The names that a kit's contact list shows, in order; both kits mark them up in the same way. */
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
