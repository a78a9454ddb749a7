import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const NO_ROUTE = {
  status: 404,
  error: "service_resource_not_found",
  text: "Service resource not found",
  exception: "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
};

const PATHS = [
  "/",
  "/org",
  "/org/app",
  "/org/app/",
  "/org/app/metadata/user",
  "/org/app/metadata/user/",
  "/org/app/metadata/user/ada/",
  "/org/app/metadata/user/ada/nickname",
  "/org/app/Metadata/user/ada",
  "//org/app/metadata/user/ada",
  "/org/app/metadata/user/../user/ada",
  "/-/",
  "/-/nowhere",
  "/ws?token=secret",
  "/favicon.ico",
];

test("a path that is none of ours is a 404 in JSON, with and without a token, on one connection", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  await using connection = await connectRaw(service.origin);
  for (const path of PATHS) {
    for (const headers of [[], [["Authorization", `Bearer ${token}`]]] as const) {
      expectMetadataError(await connection.call("GET", path, { headers }), NO_ROUTE);
      expectMetadataError(await connection.call("PUT", path, { headers, body: "a=b" }), NO_ROUTE);
    }
  }
});

// docs/PROTOCOL.md § Errors: 404 organization_application_not_found
for (const key of ["org/nothing", "nobody/app", "org/app%20", "__proto__/app", "o%2frg/app", "org/%00", "%ff/app"]) {
  test(`an app called ${key} is unknown, whatever the token`, async () => {
    await using service = await startTestService();
    const { token } = await signIn(service);
    const path = `${key}/metadata/user/ada`;
    for (const bearer of [token, undefined]) {
      const answer = await send("GET", `${service.origin}/${path}`, { token: bearer });
      const text = `Could not find application for ${key} from URI: ${path}`;
      expectMetadataError(answer, { status: 404, error: "organization_application_not_found", text });
    }
  });
}

test("org and app fold to lower case", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const url = `${service.origin}/ORG/App/metadata/user/ada`;
  expect((await send("GET", url, { token: admin.token })).status).toBe(200);
});
