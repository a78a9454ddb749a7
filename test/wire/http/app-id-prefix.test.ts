import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError, expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "the alternative prefix /app-id/{app_id}/… for every one of these paths" (docs/PROTOCOL.md § Calls)
test("every metadata call answers below /app-id/{app_id} as below /{org}/{app}", async () => {
  await using service = await startTestService();
  const base = `${service.origin}/app-id/${service.app.id}`;
  const admin = await signIn({ base, credentials: service.credentials });
  const token = await admin.newUser("ada");
  const data = { nickname: "Ada" };

  const set = await send("PUT", `${base}/metadata/user/ada`, { token, form: data });
  const { lastModified } = set.body;
  expectSuccess(set, { data, lastModified });
  expectSuccess(await admin.get("ada"), { data });
  expectSuccess(await send("GET", `${service.base}/metadata/user/ada`, { token }), { data });
  const batch = await send("POST", `${base}/metadata/user/get`, { token, json: { targets: ["ada"] } });
  expectSuccess(batch, { data: { ada: data }, lastModified: { ada: lastModified } });
  expect(await admin.capacity()).toBe(11);
  expectSuccess(await send("DELETE", `${base}/metadata/user/ada`, { token }), { data: true });
  expectMetadataError(await send("PUT", `${base}/metadata/user/ada`, { form: data }), {
    status: 401,
    error: "unauthorized",
    text: "Unable to authenticate (OAuth)",
    desc: "unauthorized",
  });
});

test("tokens of either prefix are good under both", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const url = `${service.origin}/app-id/${service.app.id}/metadata/user/ada`;
  expect((await send("GET", url, { token: admin.token })).status).toBe(200);
});

test("an unknown app id, and the app's key under this prefix, are unknown apps", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  for (const id of ["00000000-0000-4000-8000-000000000000", "org", "org%2fapp", service.app.id.slice(0, -1)]) {
    const path = `app-id/${id}/metadata/user/ada`;
    const text = `Could not find application for app-id/${id} from URI: ${path}`;
    const answer = await send("GET", `${service.origin}/${path}`, { token });
    expectMetadataError(answer, { status: 404, error: "organization_application_not_found", text });
  }
});
