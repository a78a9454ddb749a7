import { CALLS, type FuzzCall } from "./calls.ts";
import { FORM, MERGE_PATCH } from "./grammar/bodies.ts";
import type { Body, Header, RequestStep } from "./grammar/step.ts";

const JSON_TYPE = "application/json";

/** Puts one string into every place that accepts one. */
export function naughtySteps(word: string): readonly RequestStep[] {
  const wellFormed = word.toWellFormed();
  const part = encodeURIComponent(wellFormed);
  const json = (value: unknown, contentType = JSON_TYPE): Body => ({
    contentType,
    text: JSON.stringify(value),
    encoding: "utf8",
  });
  const changes = (pairs: readonly (readonly [string, string])[]): Body["means"] =>
    pairs.some(([key]) => key === "") ? { kind: "senseless" } : { kind: "changes", pairs };
  const form = (text: string, means: Body["means"]): Body => ({ contentType: FORM, text, encoding: "utf8", means });
  const merge = (pair: readonly [string, string]): Body => ({
    ...json({ __proto__: null, ...Object.fromEntries([pair]) }, MERGE_PATCH),
    means: changes([pair]),
  });
  const user = "/metadata/user/:username";
  const header = (name: string, value = word): RequestStep => step("GET", user, { headers: [{ name, value }] });
  return [
    step("PUT", user, { body: form(`k=${part}`, changes([["k", wellFormed]])) }),
    step("PUT", user, { body: form(`${part}=v`, changes([[wellFormed, "v"]])) }),
    step("GET", user, {}),
    step("DELETE", user, { query: `?properties=${part}` }),
    step("PATCH", user, { body: merge(["k", wellFormed]) }),
    step("PATCH", user, { body: merge([wellFormed, "v"]) }),
    step("POST", "/metadata/user/get", { body: json({ targets: ["ada", word], properties: [word] }) }),
    step("POST", "/metadata/user/get", { body: json({ versions: Object.fromEntries([[word, 1]]) }) }),
    step("POST", "/metadata/user/set", {
      body: json({ targets: { ada: { [`a${word}`]: word }, ...Object.fromEntries([[word, { a: "b" }]]) } }),
    }),
    step("DELETE", user, {}),
    ...(["plain", "percent", "raw"] as const).map((spelling) => step("GET", user, { username: word, spelling })),
    step("PUT", user, { username: word, body: form("a=b", changes([["a", "b"]])) }),
    step("GET", "/users/:username/notification/user/:conversation", { word, bearer: { of: "ada", form: "Bearer $" } }),
    step("GET", "/users", { query: `?limit=${part}` }),
    step("GET", "/users", { query: `?cursor=${part}` }),
    step("POST", "/users", { body: json({ username: word, password: word, nickname: word }) }),
    step("POST", "/token", { body: json({ grant_type: "password", username: "ada", password: word }) }),
    step("POST", "/token", { body: json({ grant_type: "password", username: word, password: word }) }),
    step("POST", "/token", { body: json({ grant_type: "client_credentials", client_id: word, client_secret: word }) }),
    step("POST", "/token", { body: json({ grant_type: word, ttl: word }) }),
    step("POST", "/token", { body: json({ grant_type: "inherit", username: word, autoCreateUser: true }) }),
    step("PUT", "/users/:username/password", { body: json({ newpassword: word }) }),
    step("GET", user, { bearer: { of: "none", form: `Bearer ${word.replaceAll("$", "S")}` } }),
    step("PUT", user, { body: { contentType: word, text: "a=b", encoding: "utf8" } }),
    ...["If-None-Match", "If-Match", "X-Forwarded-For", "Cookie", "Access-Control-Request-Headers", "Accept"].map(
      (name) => header(name),
    ),
    step("PUT", user, { body: { contentType: FORM, text: word, encoding: "utf8" } }),
    step("PATCH", user, { body: { contentType: MERGE_PATCH, text: word, encoding: "utf8" } }),
    step("DELETE", user, {}),
  ];
}

function step(
  method: string,
  path: string,
  parts: { readonly headers?: readonly Header[] } & Partial<RequestStep>,
): RequestStep {
  return {
    kind: "request",
    call: callOf(method, path),
    app: "wide",
    prefix: "key",
    username: "ada",
    word: "bob",
    spelling: "plain",
    tail: "",
    query: "",
    bearer: { of: "admin", form: "Bearer $" },
    body: undefined,
    framing: "length",
    headers: [],
    ...parts,
  };
}

function callOf(method: string, path: string): FuzzCall {
  const call = CALLS.find((each) => each.method === method && each.path === path);
  if (call === undefined) throw new Error(`there is no ${method} ${path}`);
  return call;
}
