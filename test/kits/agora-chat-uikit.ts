import { expect } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { contactNames } from "./contact-list.ts";
import { type KitServer, startKitServer } from "./kit-server.ts";
import type { KitSession } from "./open-kit.ts";

/** The folder in `examples/` that pins the kit's version. */
export const AGORA_CHAT_UIKIT = "agora-chat-uikit";
export const AGORA_PAGE = join(import.meta.dir, "agora-chat-uikit/page.jsx");

/** The list of users, each with a name and a picture. */
export const CONTACT_LIST = ".cui-contactList";
export const CONTACT_CARD = ".cui-contact-detail";
export const CONVERSATION_LIST = ".cui-conversationList .cui-scrollList";
export const CHAT_HEADER = "#chat .cui-header";
export const USER_PROFILE = ".cui-user-profile";
/** The example's own element. */
export const OWN_PROFILE = ".own-profile";

/** Covers the kit's own delays and several slow answers in sequence on a busy machine. */
export const SHOWN_WITHIN_MS = 60_000;

/** A server with default settings, with the user Ada. @param options of `app create` */
export async function startWithAda(options?: string): Promise<KitServer> {
  const server = await startKitServer(options);
  await server.admin.register("ada");
  return server;
}

export async function asAda({ admin }: KitServer, contacts: readonly string[]): Promise<KitSession> {
  return { user: "ada", token: await admin.tokenOf("ada"), contacts };
}

/** Waits until the contact list shows exactly these texts. */
export async function expectContacts(page: Page, names: readonly string[]): Promise<void> {
  await eventually(async () => expect(await contactNames(page)).toEqual([...names]), SHOWN_WITHIN_MS);
}

/** Waits until an element in this part of the page shows exactly this text. */
export async function expectIn(page: Page, part: string, text: string): Promise<void> {
  await page.locator(part).getByText(text, { exact: true }).first().waitFor({ timeout: SHOWN_WITHIN_MS });
}
