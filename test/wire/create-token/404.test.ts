import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

const USER_NOT_FOUND = { status: 404, error: "invalid_grant", text: "user not found" };

// The web SDK compares the message of a failed login with "user not found" (clients.md 23). Old SDKs send no
// autoCreateUser: missing is false (docs/PROTOCOL.md § Tokens).
test("password and inherit of an unknown user, or of a name that no user can have", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  for (const username of ["ghost", "a b", "", "..", "a".repeat(65)]) {
    const password = { grant_type: "password", username, password: "secret" };
    expectAccountError(await send("POST", `${service.base}/token`, { json: password }), USER_NOT_FOUND);
    for (const more of [{}, { autoCreateUser: false }, { autoCreateUser: null }]) {
      const inherit = { grant_type: "inherit", username, ...more };
      expectAccountError(await send("POST", `${service.base}/token`, { token, json: inherit }), USER_NOT_FOUND);
    }
  }
});

test("an unknown app is named with the path asked for", async () => {
  await using service = await startTestService();
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const json = { grant_type: "client_credentials", client_id, client_secret };
  for (const app of ["org/none", "none/app", "org/app2"]) {
    expectAccountError(await send("POST", `${service.origin}/${app}/token`, { json }), {
      status: 404,
      error: "organization_application_not_found",
      text: `Could not find application for ${app} from URI: ${app}/token`,
    });
  }
});
