import type { AppCredentials } from "../../src/core/apps/apps.ts";

/** An answer as received. Every body must be JSON, except for answers without a body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests access any member
  readonly body: any;
  readonly text: string;
}

export interface Sent {
  readonly token?: string | undefined;
  readonly form?: Readonly<Record<string, string>> | string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bun.BodyInit;
}

/** Sends one request. `form` and `json` set the content type, unless `headers` does. */
export async function send(method: string, url: string, sent: Sent = {}): Promise<Answer> {
  const headers = new Headers();
  let body: Bun.BodyInit | null = sent.body ?? null;
  if (sent.form !== undefined) {
    headers.set("content-type", "application/x-www-form-urlencoded");
    body = typeof sent.form === "string" ? sent.form : new URLSearchParams(sent.form).toString();
  }
  if (sent.json !== undefined) {
    headers.set("content-type", "application/json");
    body = JSON.stringify(sent.json);
  }
  if (sent.token !== undefined) headers.set("authorization", `Bearer ${sent.token}`);
  for (const [name, value] of Object.entries(sent.headers ?? {})) headers.set(name, value);
  const response = await fetch(url, { method, headers, body });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: method === "HEAD" || response.status === 304 ? undefined : JSON.parse(text),
    text,
  };
}

/** Calls made with an app's admin token, as by its backend. */
export interface Admin {
  readonly token: string;
  /** Registers a user with the password "secret". */
  register(username: string): Promise<void>;
  /** Gets a token of the user by `inherit`. */
  tokenOf(username: string): Promise<string>;
  /** Registers the user and returns their token. */
  newUser(username: string): Promise<string>;
  set(username: string, form: Readonly<Record<string, string>> | string): Promise<Answer>;
  get(username: string): Promise<Answer>;
  capacity(): Promise<number>;
  limits(): Promise<Answer>;
}

export async function signIn({ base, credentials }: { base: string; credentials: AppCredentials }): Promise<Admin> {
  const json = {
    grant_type: "client_credentials",
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
  };
  const token: string = expectOk(await send("POST", `${base}/token`, { json })).body.access_token;
  const admin: Admin = {
    token,
    async register(username) {
      expectOk(await send("POST", `${base}/users`, { token, json: { username, password: "secret" } }));
    },
    async tokenOf(username) {
      const inherit = { grant_type: "inherit", username };
      return expectOk(await send("POST", `${base}/token`, { token, json: inherit })).body.access_token;
    },
    async newUser(username) {
      const inherit = { grant_type: "inherit", username, autoCreateUser: true };
      return expectOk(await send("POST", `${base}/token`, { token, json: inherit })).body.access_token;
    },
    set: (username, form) => send("PUT", `${base}/metadata/user/${username}`, { token, form }),
    get: (username) => send("GET", `${base}/metadata/user/${username}`, { token }),
    async capacity() {
      return expectOk(await send("GET", `${base}/metadata/user/capacity`, { token })).body.data;
    },
    limits: () => send("GET", `${base}/metadata/limits`, { token }),
  };
  return admin;
}

function expectOk(answer: Answer): Answer {
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  return answer;
}
