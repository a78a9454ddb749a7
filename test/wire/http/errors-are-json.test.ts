import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const UNKNOWN = {
  status: 404,
  error: "service_resource_not_found",
  text: "Service resource not found",
  desc: "Not Found",
  exception: "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
  data: {},
};

// clients.md 2: a body that is not JSON leaves the promise of a 4.x SDK open for ever.
for (const host of ["[", "a b", "localhost:99999", "", "a/b?c", "a#b", "%zz", "user@host", "x".repeat(1000)]) {
  test(`a Host of ${JSON.stringify(host.slice(0, 20))} changes nothing in the answers`, async () => {
    await using service = await startTestService();
    const { token } = await signIn(service);
    const headers = [
      ["Host", host],
      ["Authorization", `Bearer ${token}`],
    ] as const;
    await using connection = await connectRaw(service.origin);
    expectMetadataError(await connection.call("GET", "/org/app/metadata/user/nobody", { headers }), UNKNOWN);
    expect((await connection.call("GET", "/nowhere", { headers })).body.error).toBe("service_resource_not_found");
    expect((await connection.call("GET", "/org/app/users?limit=5", { headers })).status).toBe(200);
    expect(service.faults).toEqual([]);
  });
}

for (const name of ["..", "%2e%2e", ".", "%", "%zz", "%00", "%ff", "a%2fb", "%C0%AE", "é", "x".repeat(5000), "ada#x"]) {
  test(`a user called ${name.slice(0, 20)} is an unknown one, however the name is spelt on the wire`, async () => {
    await using service = await startTestService();
    const { token } = await signIn(service);
    const headers = [["Authorization", `Bearer ${token}`]] as const;
    await using connection = await connectRaw(service.origin);
    expectMetadataError(await connection.call("GET", `/org/app/metadata/user/${name}`, { headers }), UNKNOWN);
    expect(service.faults).toEqual([]);
  });
}

for (const authorization of [
  "",
  "Bearer",
  "Bearer ",
  "Basic YTpi",
  "é",
  `Bearer ${"x".repeat(10_000)}`,
  "Bearer a b",
  "\t",
]) {
  test(`an Authorization of ${JSON.stringify(authorization.slice(0, 20))} is a 401`, async () => {
    await using service = await startTestService();
    await using connection = await connectRaw(service.origin);
    const headers = [["Authorization", authorization]] as const;
    const answer = await connection.call("GET", "/org/app/metadata/user/ada", { headers });
    const { error, error_description: text } = answer.body;
    expect(["unauthorized", "auth_bad_access_token"]).toContain(error);
    expectMetadataError(answer, { status: 401, error, text, desc: "unauthorized" });
    expect(service.faults).toEqual([]);
  });
}

test("the absolute form of a request's target is served like the short one", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const headers = [["Authorization", `Bearer ${token}`]] as const;
  await using connection = await connectRaw(service.origin);
  const answer = await connection.call("GET", "http://chat.example/org/app/metadata/user/nobody", { headers });
  expectMetadataError(answer, UNKNOWN);
});
