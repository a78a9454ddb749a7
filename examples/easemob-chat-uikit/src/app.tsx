import { useState } from "react";
import { LogIn } from "./log-in.tsx";
import { Messenger } from "./messenger.tsx";
import type { Session } from "./session.ts";
import { CONTACTS, KIT } from "./settings.ts";

export function App() {
  const [session, setSession] = useState<Session>();
  if (session === undefined) return <LogIn onLoggedIn={setSession} />;
  return <Messenger kit={KIT} session={session} contacts={CONTACTS.filter((user) => user !== session.user)} />;
}
