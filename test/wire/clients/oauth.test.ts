/** Token requests of OAuth 2 libraries, byte for byte, and of one SDK that only looks like one. */
import { expect, test } from "bun:test";
import { send } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const FORM = "application/x-www-form-urlencoded";

interface Client {
  readonly id: string;
  readonly secret: string;
  readonly basic: string;
}

const GRANTS: readonly (readonly [
  who: string,
  type: string | undefined,
  basic: boolean,
  body: (client: Client) => string,
])[] = [
  ["Go, x/oauth2, first try", FORM, true, () => "grant_type=client_credentials"],
  [
    "Go, x/oauth2, second try",
    FORM,
    false,
    ({ id, secret }) => `client_id=${id}&client_secret=${secret}&grant_type=client_credentials`,
  ],
  ["Python, requests-oauthlib", `${FORM};charset=UTF-8`, true, () => "grant_type=client_credentials"],
  ["Java, Spring Security", `${FORM};charset=UTF-8`, true, () => "grant_type=client_credentials"],
  [
    "JavaScript, simple-oauth2",
    FORM,
    true,
    ({ id, secret }) => `grant_type=client_credentials&client_id=${id}&client_secret=${secret}&scope=`,
  ],
  [
    "PHP, Easemob's SDK",
    FORM,
    false,
    ({ id, secret }) =>
      JSON.stringify({ grant_type: "client_credentials", client_id: id, client_secret: secret, ttl: 60 }),
  ],
  ["curl -u", FORM, true, () => "grant_type=client_credentials"],
  ["no type", undefined, true, () => "grant_type=client_credentials"],
];

test.each(GRANTS)("%s", async (_, type, isBasic, body) => {
  await using service = await startTestService();
  const { clientId: id, clientSecret: secret } = service.credentials;
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64");
  const headers: Record<string, string> = { accept: "application/json" };
  if (type !== undefined) headers["content-type"] = type;
  if (isBasic) headers.authorization = `Basic ${basic}`;
  const sent = new TextEncoder().encode(body({ id, secret, basic }));
  const answer = await send("POST", `${service.base}/token`, { headers, body: sent });
  // RFC 6749 § 5.1: access_token, token_type and expires_in, and no cache may keep them.
  expect([answer.status, answer.body.token_type, typeof answer.body.expires_in]).toEqual([200, "bearer", "number"]);
  expect(answer.headers.get("content-type")).toStartWith("application/json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const { access_token: token } = answer.body;
  expect((await send("GET", `${service.base}/metadata/user/capacity`, { token })).status).toBe(200);
});
