import { useState } from "react";
import { openSession, type Session } from "./session.ts";

export function LogIn({ onLoggedIn }: { onLoggedIn(session: Session): void }) {
  const [problem, setProblem] = useState("");

  async function logIn(form: FormData) {
    try {
      // The server stores usernames in lower case, and the kit finds its answers by the name that it was given.
      onLoggedIn(await openSession(String(form.get("user")).toLowerCase(), String(form.get("password"))));
    } catch (error) {
      setProblem(String(error));
    }
  }

  return (
    <form className="log-in" action={logIn}>
      <h1>Log in</h1>
      <label>
        Username
        <input name="user" required autoComplete="username" />
      </label>
      <label>
        Password
        <input name="password" type="password" required autoComplete="current-password" />
      </label>
      <button type="submit">Log in</button>
      <output>{problem}</output>
    </form>
  );
}
