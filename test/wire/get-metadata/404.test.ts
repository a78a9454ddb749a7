import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const UNKNOWN = {
  status: 404,
  error: "service_resource_not_found",
  text: "Service resource not found",
  desc: "Not Found",
  exception: "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
  data: {},
};

// "Returns a value of 404, indicating that the user does not exist" – {"data":{}}
test("2021: an unknown user is a 404 with empty data, for the admin and for any user", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  for (const name of ["nobody", "a%20b", "x".repeat(65), "%00", "%ff"]) {
    expectMetadataError(await admin.get(name), UNKNOWN);
    expectMetadataError(await send("GET", `${service.base}/metadata/user/${name}`, { token }), UNKNOWN);
  }
});

test("2021: a deleted user is unknown immediately", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  expect((await send("DELETE", `${service.base}/users/ada`, { token: admin.token })).status).toBe(200);
  expectMetadataError(await admin.get("ada"), UNKNOWN);
});

// clients.md 17: the 4.x SDKs take "does not exist" for a missing chat room
test("2021: no text of the answer says 'does not exist'", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  expect((await admin.get("nobody")).text).not.toContain("does not exist");
});
