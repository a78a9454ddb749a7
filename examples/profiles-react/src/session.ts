import { type Client, createClient } from "@usermeta/client";

const URL = import.meta.env.VITE_URL;
/** How often the page reads other users' changes, ms: one call for all users that it shows. */
const REFRESH_MS = 5000;

export interface Session {
  readonly user: string;
  readonly client: Client;
}

/** @param onExpired called when the server rejects the token: the user must log in again */
export async function logIn(username: string, password: string, onExpired: () => void): Promise<Session> {
  const response = await fetch(`${URL}/token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ grant_type: "password", username, password }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error_description);
  const token: string = answer.access_token;
  const client = createClient({
    url: URL,
    refreshMs: REFRESH_MS,
    token(isRefused) {
      if (isRefused) onExpired();
      return token;
    },
  });
  // In the server's spelling: `Ada` and `ada` are one user.
  return { user: answer.user.username, client };
}
