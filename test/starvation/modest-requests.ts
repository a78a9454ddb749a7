import type { ModestRequest, Request, Target } from "./row.ts";

/** The requests of a modest client. */

export const GET: ModestRequest = {
  name: "get",
  request: ({ app, modestToken }) => authorised(modestToken, "GET", `${app}/metadata/user/modest`),
};

export const SET: ModestRequest = {
  name: "set",
  request: ({ app, modestToken }, count) => ({
    ...form(modestToken, "PUT", `${app}/metadata/user/modest`, `n=${count}`),
  }),
};

export const BATCH_GET: ModestRequest = {
  name: "batch get",
  request: ({ app, modestToken }) =>
    json(modestToken, "POST", `${app}/metadata/user/get`, { targets: ["modest"], properties: ["n"] }),
};

/** On another app of the same server. */
export const OTHER_APP: ModestRequest = {
  name: "capacity of another app",
  request: ({ otherApp, extra }) => authorised(extra.operatorKey ?? "", "GET", `${otherApp}/metadata/user/capacity`),
};

export const LOG_IN: ModestRequest = {
  name: "log-in",
  request: (target) => logIn(target, "modest", "secret"),
};

export const HEALTH: ModestRequest = {
  name: "health",
  request: () => ({ method: "GET", path: "/-/health" }),
};

export const NEW_HEALTH: ModestRequest = { ...HEALTH, name: "health on a new connection", isNewConnection: true };

export const READY: ModestRequest = {
  name: "ready",
  request: () => ({ method: "GET", path: "/-/ready" }),
};

export function logIn({ app }: Target, username: string, password: string): Request {
  return json(undefined, "POST", `${app}/token`, { grant_type: "password", username, password });
}

export function authorised(token: string | undefined, method: string, path: string): Request {
  return { method, path, headers: bearer(token) };
}

export function form(token: string | undefined, method: string, path: string, body: string): Request {
  return { method, path, body, headers: [...bearer(token), ["Content-Type", "application/x-www-form-urlencoded"]] };
}

export function json(token: string | undefined, method: string, path: string, body: unknown): Request {
  return {
    method,
    path,
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: [...bearer(token), ["Content-Type", "application/json"]],
  };
}

function bearer(token: string | undefined): readonly (readonly [string, string])[] {
  return token === undefined ? [] : [["Authorization", `Bearer ${token}`]];
}
