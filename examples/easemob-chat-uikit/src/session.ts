import { KIT } from "./settings.ts";

/** The user who is logged in. */
export interface Session {
  readonly user: string;
  readonly token: string;
}

/** Gets a token for a password. A real app gets the user's token from its own backend. */
export async function openSession(user: string, password: string): Promise<Session> {
  const { appKey, restUrl } = KIT;
  const answer = await fetch(`${restUrl}/${appKey.replace("#", "/")}/token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ grant_type: "password", username: user, password }),
  });
  const { access_token, error_description } = await answer.json();
  if (!answer.ok) throw new Error(error_description);
  return { user, token: access_token };
}
