import { join } from "node:path";
import type { Page } from "playwright-core";

/** The folder in `examples/` that pins the kit's version. */
export const EASEMOB_CHAT_UIKIT = "easemob-chat-uikit";
export const EASEMOB_PAGE = join(import.meta.dir, "easemob-chat-uikit/page.jsx");

/** Parts of the page, by the kit's class names. */
export const CONTACT_LIST = ".cui-contactList";
export const CONVERSATION_LIST = ".cui-conversationList";
export const CARD = ".cui-contact-detail";
export const CHAT = ".cui-chat";
/** The example's own element. */
export const OWN_PROFILE = ".own-profile";

/** Adds a conversation without a name, as the kit's README does. */
export async function addConversation(page: Page, user: string): Promise<void> {
  const conversation = { chatType: "singleChat", conversationId: user, name: "", lastMessage: {}, unreadCount: 0 };
  await page.evaluate(`rootStore.conversationStore.addConversation(${JSON.stringify(conversation)})`);
}
