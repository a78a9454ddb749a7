/** The server's own function writes the error examples; these tests check that requests get the same answers. */
import { expect, test } from "bun:test";
import { send } from "../harness/client.ts";
import { documentOf } from "./documents.ts";
import { type ExampleApp, startExampleApp } from "./example-app.ts";

interface Provoked {
  readonly method: string;
  /** Below the app's prefix. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: string;
  readonly json?: unknown;
  /** Without the admin's token. */
  readonly isUnauthenticated?: true;
}

const USER = "/metadata/user/ada";
const LONG = "p".repeat(65);

/** By example of the document, for texts that do not depend on stored data. */
const PROVOKED: Readonly<Record<string, Provoked>> = {
  no_attribute: { method: "PUT", path: USER, form: "" },
  no_entity_tag: { method: "PUT", path: USER, form: "a=b", headers: { "if-match": "7" } },
  no_key: { method: "DELETE", path: `${USER}?properties=` },
  json_for_form: { method: "PUT", path: USER, json: { nickname: "Ada" } },
  argument_illegal: { method: "POST", path: "/metadata/user/get", json: { targets: "ada" } },
  json_malformed: { method: "POST", path: "/metadata/user/get", form: "{" },
  set_user_unknown: { method: "PUT", path: "/metadata/user/nobody", form: "a=b" },
  get_user_unknown: { method: "GET", path: "/metadata/user/nobody" },
  batch_too_large: { method: "POST", path: "/metadata/user/get", json: { targets: Array(101).fill("ada") } },
  token_malformed: { method: "GET", path: USER, headers: { authorization: "Bearer x" } },
  token_missing: { method: "GET", path: USER, isUnauthenticated: true },
  media_type_unsupported: {
    method: "PUT",
    path: USER,
    form: "a=b",
    headers: { "content-type": "text/plain;charset=klingon" },
  },
  "account.no_grant": { method: "POST", path: "/token", json: { grant_type: "refresh_token" } },
  "account.client_id_wrong": {
    method: "POST",
    path: "/token",
    json: { grant_type: "client_credentials", client_id: "x", client_secret: "x" },
  },
  "account.password_wrong": {
    method: "POST",
    path: "/token",
    json: { grant_type: "password", username: "ada", password: "x" },
  },
  "account.grant_user_unknown": {
    method: "POST",
    path: "/token",
    json: { grant_type: "password", username: "nobody", password: "x" },
  },
  "account.no_username": { method: "POST", path: "/users", json: {} },
  "account.user_name_illegal": { method: "POST", path: "/users", json: { username: "ada l", password: "x" } },
  "account.user_name_too_long": { method: "POST", path: "/users", json: { username: LONG, password: "x" } },
  "account.password_missing": { method: "POST", path: "/users", json: { username: "new" } },
  "account.password_too_long": { method: "POST", path: "/users", json: { username: "new", password: LONG } },
  "account.nickname_too_long": {
    method: "POST",
    path: "/users",
    json: { username: "new", password: "x", nickname: LONG + LONG },
  },
  "account.users_too_many": { method: "POST", path: "/users", json: Array(61).fill({}) },
  "account.no_limit": { method: "GET", path: "/users?limit=0" },
  "account.no_cursor": { method: "GET", path: "/users?cursor=x" },
  "account.user_unknown": { method: "GET", path: "/users/nobody" },
  "account.no_text": { method: "PUT", path: "/users/ada/password", json: { newpassword: 3 } },
  "account.new_password_missing": { method: "PUT", path: "/users/ada/password", json: {} },
  "account.password_user_unknown": { method: "PUT", path: "/users/nobody/password", json: { newpassword: "x" } },
};

async function provoke({ method, path, isUnauthenticated, ...sent }: Provoked, app: ExampleApp): Promise<object> {
  const token = isUnauthenticated ? {} : { token: app.bearers.admin };
  const { timestamp: _, duration: __, ...said } = (await send(method, app.base + path, { ...token, ...sent })).body;
  return said;
}

test("the document's error examples are the server's answers", async () => {
  await using app = await startExampleApp("2021");
  await app.begin();
  const { examples } = (await documentOf("2021")).components;
  for (const [name, provoked] of Object.entries(PROVOKED)) {
    const { value } = examples[name] ?? {};
    const { timestamp, duration, ...shown } = Object(value);
    expect([timestamp, duration].every(Number.isSafeInteger)).toBe(true);
    expect([name, await provoke(provoked, app)]).toEqual([name, shown]);
  }
});
