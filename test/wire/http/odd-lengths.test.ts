import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { chunked, connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const USER = "/org/app/metadata/user/ada";

// The runtime lets some of them through; their share of the budget for bodies must be a number all the same.
for (const [name, value] of [
  ["Content-Length", "3, 3"],
  ["Content-Length", "3\r\nContent-Length: 3"],
  ["Content-Length", "+3"],
  ["Content-Length", "0x3"],
  ["Content-Length", "3 "],
  ["Content-Length", ""],
  ["Content-Length", "99999999999999999999"],
  ["Content-Length", "3\r\nTransfer-Encoding: chunked"],
] as const) {
  test(`after a body of the length ${JSON.stringify(value)} all others are taken as before`, async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    await admin.newUser("ada");
    await admin.newUser("bob");
    const bearer = ["Authorization", `Bearer ${admin.token}`] as const;
    for (const method of ["PUT", "GET", "DELETE"]) {
      for (const headers of [[bearer], []]) {
        await using odd = await connectRaw(service.origin);
        odd.request(method, USER, { headers: [...headers, [name, value]], body: "a=b" });
        await odd.call("GET", "/-/health").catch(() => {});
      }
    }
    await using connection = await connectRaw(service.origin);
    const headers = [bearer, ["Transfer-Encoding", "chunked"]] as const;
    const answer = await connection.call("PATCH", "/org/app/metadata/user/bob", { headers, body: chunked("a=", "b") });
    expect([value, answer.status]).toEqual([value, 200]);
  });
}
