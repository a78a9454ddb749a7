import { UIKitProvider } from "agora-chat-uikit";
import "agora-chat-uikit/style.css";
import { useState } from "react";
import { Contacts } from "./contacts.tsx";
import { LogIn } from "./log-in.tsx";
import { KIT_CONFIG } from "./settings.ts";

export function App() {
  const [user, setUser] = useState<string>();
  return (
    <UIKitProvider initConfig={KIT_CONFIG}>
      {user === undefined ? <LogIn onLoggedIn={setUser} /> : <Contacts user={user} />}
    </UIKitProvider>
  );
}
