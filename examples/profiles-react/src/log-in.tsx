import { type FormEvent, useState } from "react";
import { messageOf } from "./message-of.ts";

interface Props {
  readonly onLogIn: (user: string, password: string) => Promise<void>;
}

export function LogIn({ onLogIn }: Props) {
  const [error, setError] = useState<unknown>();

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onLogIn(String(form.get("user")), String(form.get("password"))).catch(setError);
  }

  return (
    <main>
      <h1>Log in</h1>
      <form onSubmit={submit}>
        <label>
          Username
          <input name="user" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {error !== undefined && <p role="alert">{messageOf(error)}</p>}
        <button type="submit">Log in</button>
      </form>
    </main>
  );
}
