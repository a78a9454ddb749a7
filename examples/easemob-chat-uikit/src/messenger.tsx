import {
  Chat,
  ContactDetail,
  ContactList,
  ConversationList,
  eventHandler,
  Provider,
  rootStore,
} from "easemob-chat-uikit";
import "easemob-chat-uikit/style.css";
import { useEffect, useState } from "react";
import { OwnProfile } from "./own-profile.tsx";
import type { Session } from "./session.ts";
import "./messenger.css";

interface MessengerProps {
  /** Points the kit at the server. The kit rejects one of the two addresses without the other. */
  readonly kit: { readonly appKey: string; readonly restUrl: string; readonly msyncUrl: string };
  readonly session: Session;
  readonly contacts: readonly string[];
}

/** The kit's two lists, and a contact's card or a chat beside them. */
export function Messenger({ kit, session, contacts }: MessengerProps) {
  const { user, token } = session;
  const [chosen, setChosen] = useState({ id: "", name: "" });
  const [problem, setProblem] = useState("");
  const showChat = () => setChosen({ id: "", name: "" });

  useEffect(() => {
    const { addressStore } = rootStore;
    const open = {
      success: () => {
        // A server without messages knows no contacts. With the vendor's message channel the kit loads them on its own.
        addressStore.setContacts(contacts.map((userId) => ({ userId, nickname: "", remark: "" })));
        void addressStore.getUserInfo(user);
      },
      error: (error: unknown) => setProblem(String(error)),
    };
    eventHandler.addEventHandler("messenger", { open, onError: () => {} });
    return () => eventHandler.removeEventHandler("messenger");
  }, [contacts, user]);

  return (
    // The kit logs in on its own when it has a user and a token.
    <Provider initConfig={{ ...kit, userId: user, token }}>
      <main className="messenger">
        <section className="list">
          <OwnProfile user={user} />
          <output>{problem}</output>
          <ContactList menu={["contacts"]} onItemClick={setChosen} />
        </section>
        <section className="list">
          <ConversationList onItemClick={showChat} />
        </section>
        <section>
          {chosen.id === "" ? (
            <Chat />
          ) : (
            <ContactDetail data={{ ...chosen, type: "contact" }} onMessageBtnClick={showChat} />
          )}
        </section>
      </main>
    </Provider>
  );
}
