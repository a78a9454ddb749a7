// For your backend. The app's client id and secret must never reach a browser.
const { CHAT_BASE, CHAT_CLIENT_ID, CHAT_CLIENT_SECRET } = process.env;

async function askForToken(grant, headers = {}) {
  const response = await fetch(`${CHAT_BASE}/token`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(grant),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`POST /token: ${response.status} ${answer.error_description}`);
  return answer.access_token;
}

/** A token for a user that your backend has logged in; valid for one hour. Creates the user if they do not exist yet. */
export async function tokenFor(username) {
  const admin = await askForToken({
    grant_type: "client_credentials",
    client_id: CHAT_CLIENT_ID,
    client_secret: CHAT_CLIENT_SECRET,
  });
  const grant = { grant_type: "inherit", username, autoCreateUser: true, ttl: 3600 };
  return await askForToken(grant, { Authorization: `Bearer ${admin}` });
}
