/**
 * The example's contacts, and the components that the kit's README mounts, with a session that the test gives in
 * `globalThis.SETTINGS`. No feature of the kit is switched off.
 */
import { Chat, ConversationList, rootStore, UIKitProvider, UserProfile, useClient } from "agora-chat-uikit";
import "agora-chat-uikit/style.css";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Contacts } from "../../../examples/agora-chat-uikit/src/contacts.tsx";

const { appKey, restUrl, msyncUrl, user, token, contacts } = globalThis.SETTINGS;
const { addressStore, conversationStore } = rootStore;

addressStore.setContacts(contacts.map((userId) => ({ userId, nickname: "", remark: "" })));

function Messenger() {
  const client = useClient();
  const [isLoggedIn, setLoggedIn] = useState(false);
  useEffect(() => {
    client.open({ user, accessToken: token }).then(() => {
      setLoggedIn(true);
      for (const conversationId of contacts.slice(0, 1)) {
        conversationStore.addConversation({ chatType: "singleChat", conversationId, lastMessage: {}, unreadCount: 0 });
      }
    });
  }, [client]);
  return (
    <div style={{ display: "grid", gridTemplate: "minmax(0, 1fr) / 1fr 20rem", height: "100vh" }}>
      <div id="contacts">{isLoggedIn && <Contacts user={user} />}</div>
      <div style={{ display: "grid", gridTemplateRows: "1fr auto 1fr", minHeight: 0 }}>
        <div id="conversations">
          <ConversationList />
        </div>
        <div id="profile">{isLoggedIn && <UserProfile userId={contacts.at(-1) ?? user} />}</div>
        <div id="chat">
          <Chat />
        </div>
      </div>
    </div>
  );
}

createRoot(document.getElementById("root")).render(
  <UIKitProvider initConfig={{ appKey, restUrl, msyncUrl, isHttpDNS: false, useUserInfo: true }}>
    <Messenger />
  </UIKitProvider>,
);
