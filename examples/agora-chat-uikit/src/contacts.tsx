import { ContactDetail, ContactList } from "agora-chat-uikit";
import { useState } from "react";
import { OwnProfile } from "./own-profile.tsx";
import "./contacts.css";

export function Contacts({ user }: { user: string }) {
  const [chosen, setChosen] = useState({ id: "", name: "" });
  return (
    <main className="contacts">
      <div className="list">
        <OwnProfile user={user} />
        <ContactList menu={["contacts"]} onItemClick={({ id, name }) => setChosen({ id, name })} />
      </div>
      <ContactDetail data={{ ...chosen, type: "contact" }} renderEmpty={() => <p>Choose a contact.</p>} />
    </main>
  );
}
