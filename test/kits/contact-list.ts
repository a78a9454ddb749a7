import type { Page } from "playwright-core";

/** The names in a kit's contact list, in order; both kits use the same markup. */
export async function contactNames(page: Page): Promise<readonly string[]> {
  return await page.locator(".cui-contactList .cui-userItem-nickname").allInnerTexts();
}

/** The widths of the pictures in a part of the page, in pixels; 0: not loaded. */
export async function pictureWidths(page: Page, part: string): Promise<readonly number[]> {
  return await page.locator(`${part} img`).evaluateAll((images) =>
    // as: the part contains only images
    images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
  );
}
