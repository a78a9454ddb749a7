import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { chunked, connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

test("a chunked form is read whole, wherever it is cut", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const headers = [
    ["Authorization", `Bearer ${admin.token}`],
    ["Transfer-Encoding", "chunked"],
  ] as const;
  await using connection = await connectRaw(service.origin);
  for (const parts of [["nickname=%E5%A5", "%BDx", "&sign=a", "+b"], [..."nickname=%E5%A5%BDx&sign=a+b"]]) {
    const answer = await connection.call("PUT", "/org/app/metadata/user/ada", { headers, body: chunked(...parts) });
    expect(answer.body.data).toEqual({ nickname: "好x", sign: "a b" });
  }
});

test("a body that comes in several packets, and a chunked batch read, are read whole", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const bearer = ["Authorization", `Bearer ${admin.token}`] as const;
  await using connection = await connectRaw(service.origin);

  connection.request("PUT", "/org/app/metadata/user/ada", {
    headers: [bearer, ["Content-Length", "12"]],
    body: "nick",
  });
  // Once another connection has been answered, the earlier bytes have most likely been read on their own.
  await using other = await connectRaw(service.origin);
  await other.call("GET", "/-/health");
  connection.write("name");
  await other.call("GET", "/-/health");
  connection.write("=Ada");
  expect((await connection.answer()).body.data).toEqual({ nickname: "Ada" });

  const headers = [bearer, ["Transfer-Encoding", "chunked"]] as const;
  const body = chunked('{"targets"', ':["ada"]}');
  const batch = await connection.call("POST", "/org/app/metadata/user/get", { headers, body });
  expect(batch.body.data).toEqual({ ada: { nickname: "Ada" } });
});

test("a caller that hangs up in the middle of its body stores nothing, and is no fault of ours", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  {
    await using connection = await connectRaw(service.origin);
    const headers = [
      ["Authorization", `Bearer ${admin.token}`],
      ["Content-Length", "100"],
    ] as const;
    connection.request("PUT", "/org/app/metadata/user/ada", { headers, body: "nickname=Ada" });
    await using other = await connectRaw(service.origin);
    await other.call("GET", "/-/health");
  }
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(service.faults).toEqual([]);
});
