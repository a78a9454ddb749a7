import type { Page } from "playwright-core";

/** Where the SDKs are told to find the channel; no server is there. */
export const CHANNEL_URL = "ws://channel.invalid/ws";

/**
 * The channel's answer to a login (protocol buffers): MSync { command (8): PROVISION, payload (9): Provision {
 * status (8): { errorCode (1): OK } } }.
 */
export const PROVISIONED = Buffer.from([0x40, 3, 0x4a, 4, 0x42, 2, 0x08, 0]);

/**
 * Answers in the place of the chat service's message channel, which is no part of a server for user attributes, but
 * without which no login of the SDKs completes. It accepts every client, and sends nothing more.
 */
export async function standInForChannel(page: Page): Promise<void> {
  await page.routeWebSocket(CHANNEL_URL, (socket) => {
    let isLoggedIn = false;
    socket.onMessage(() => {
      if (!isLoggedIn) socket.send(PROVISIONED);
      isLoggedIn = true;
    });
  });
}
