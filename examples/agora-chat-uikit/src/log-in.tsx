import { rootStore, useClient } from "agora-chat-uikit";
import { type FormEvent, useState } from "react";
import { messageOf } from "./message-of.ts";
import { USERS } from "./settings.ts";

export function LogIn({ onLoggedIn }: { onLoggedIn(user: string): void }) {
  const client = useClient();
  const [problem, setProblem] = useState("");

  async function logIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const user = String(form.get("user")).toLowerCase();
    // Before the log-in: after it, the kit replaces an empty contact list with the server's, which is empty.
    const contacts = USERS.filter((id) => id !== user);
    rootStore.addressStore.setContacts(contacts.map((userId) => ({ userId, nickname: "", remark: "" })));
    try {
      await client.open({ user, pwd: String(form.get("password")) });
      onLoggedIn(user);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  return (
    <form className="log-in" onSubmit={logIn}>
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
