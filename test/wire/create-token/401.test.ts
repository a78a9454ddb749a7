import { expect, test } from "bun:test";
import { send } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";
import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "POST", path: "/token", json: { grant_type: "inherit", username: "ada" }, self: "refused" });
testBadTokens({
  method: "POST",
  path: "/token",
  json: { grant_type: "inherit", username: "nobody-yet", autoCreateUser: true },
  self: "refused",
});

test("client_credentials and password do not look at a bearer: a client may send an old one", async () => {
  await using service = await startTestService();
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const json = { grant_type: "client_credentials", client_id, client_secret };
  for (const token of ["YWMtgarbage", "x"]) {
    expect((await send("POST", `${service.base}/token`, { token, json })).status).toBe(200);
  }
});
