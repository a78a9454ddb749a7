import type { AppKey } from "./app-key.ts";

export type Grant = "client_credentials" | "password";

export interface Credentials {
  readonly grant: Grant;
  /** The client's id or the user's name. */
  readonly name: string;
  readonly secret: string;
}

export type TokenAnswer =
  | { readonly token: string; readonly expiresInS: number }
  /** The server's error text, for people. */
  | { readonly refused: string; readonly hint: string | undefined };

interface TokenBody {
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly error_description?: string;
  readonly hint?: string;
}

/** The server's text would not explain this to a person. */
const UNREACHABLE = "The server did not answer. Is it still running?";

/** `POST /{org}/{app}/token`. The secret is sent only in the body of this request, and not stored. */
export async function requestToken({ org, app }: AppKey, { grant, name, secret }: Credentials): Promise<TokenAnswer> {
  const fields =
    grant === "password" ? { username: name, password: secret } : { client_id: name, client_secret: secret };
  try {
    const response = await fetch(`/${encodeURIComponent(org)}/${encodeURIComponent(app)}/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ grant_type: grant, ...fields }),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    // as: each member is checked before use
    const body = (await response.json()) as TokenBody;
    if (response.ok && body.access_token !== undefined) {
      return { token: body.access_token, expiresInS: body.expires_in ?? 0 };
    }
    const waitS = response.headers.get("Retry-After");
    const text = `${response.status}: ${body.error_description ?? response.statusText}`;
    return { refused: waitS === null ? text : `${text}. Try again in ${waitS} s.`, hint: body.hint };
  } catch {
    return { refused: UNREACHABLE, hint: undefined };
  }
}
