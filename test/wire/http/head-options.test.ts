import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const USER = "/org/app/metadata/user/ada";

test("HEAD answers as GET does, without the body, and the connection goes on", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const headers = [["Authorization", `Bearer ${admin.token}`]] as const;
  await using connection = await connectRaw(service.origin);

  const head = await connection.call("HEAD", USER, { headers });
  const get = await connection.call("GET", USER, { headers });
  expect(head.status).toBe(200);
  expect(get.status).toBe(200);
  for (const name of ["content-type", "access-control-allow-origin"]) {
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  }
});

test("HEAD is refused as GET is: without a token, for an unknown user, where there is no GET", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const headers = [["Authorization", `Bearer ${token}`]] as const;
  await using connection = await connectRaw(service.origin);
  expect((await connection.call("HEAD", USER)).status).toBe(401);
  expect((await connection.call("HEAD", USER, { headers })).status).toBe(404);
  expect((await connection.call("HEAD", "/org/app/token", { headers })).status).toBe(405);
  expect((await connection.call("HEAD", "/nowhere", { headers })).status).toBe(404);
  expect((await connection.call("HEAD", "/-/health")).status).toBe(200);
});

test("OPTIONS names in Allow the methods of the path", async () => {
  await using service = await startTestService();
  await using connection = await connectRaw(service.origin);
  const allow = async (path: string) => (await connection.call("OPTIONS", path)).headers.get("allow");
  expect(await allow(USER)).toBe("PUT, GET, DELETE, PATCH, HEAD, OPTIONS");
  expect(await allow("/org/app/metadata/user/get")).toBe("PUT, GET, DELETE, PATCH, POST, HEAD, OPTIONS");
  expect(await allow("/org/app/token")).toBe("POST, OPTIONS");
  expect(await allow("/nowhere")).toBe("OPTIONS");
});
