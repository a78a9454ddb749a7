import { useState } from "react";
import { LogIn } from "./log-in.tsx";
import { OwnProfile } from "./own-profile.tsx";
import { Person } from "./person.tsx";
import { logIn, type Session } from "./session.ts";

const USERS: readonly string[] = import.meta.env.VITE_USERS.split(",");

export function App() {
  const [session, setSession] = useState<Session>();

  async function start(user: string, password: string): Promise<void> {
    setSession(await logIn(user, password, () => setSession(undefined)));
  }

  if (session === undefined) return <LogIn onLogIn={start} />;
  const { client, user } = session;
  return (
    <main>
      <header>
        <h1>Profiles</h1>
        <button type="button" onClick={() => setSession(undefined)}>
          Log out
        </button>
      </header>
      <ul>
        {USERS.map((each) => (
          <li key={each}>
            <Person client={client} user={each} />
          </li>
        ))}
      </ul>
      <OwnProfile client={client} user={user} />
    </main>
  );
}
