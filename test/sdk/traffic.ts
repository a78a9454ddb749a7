import type { Page } from "playwright-core";

export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string | undefined;
  readonly body: string | undefined;
}

/** All requests of the page from now on, preflights included, which browsers hide from pages. */
export async function watchTraffic(page: Page): Promise<readonly SentRequest[]> {
  const sent: SentRequest[] = [];
  const devTools = await page.context().newCDPSession(page);
  devTools.on("Network.requestWillBeSent", ({ request: { method, url, headers, postData } }) => {
    sent.push({ method, url: new URL(url), contentType: headers["Content-Type"], body: postData });
  });
  await devTools.send("Network.enable");
  return sent;
}
