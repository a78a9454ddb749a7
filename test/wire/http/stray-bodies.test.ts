import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { expectSuccess } from "../../harness/expect-answer.ts";
import { chunked, connectRaw, type RawSent } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const STRAY: Readonly<Record<string, RawSent>> = {
  "a declared type and no body": { headers: [["Content-Type", "application/json"]] },
  "Content-Length: 0": { headers: [["Content-Length", "0"]] },
  "the body null as JSON": { headers: [["Content-Type", "application/json"]], body: "null" },
  "the body null as a form": { headers: [["Content-Type", "application/x-www-form-urlencoded"]], body: "null" },
  "a body that is no JSON": { headers: [["Content-Type", "application/json"]], body: "{" },
  "a body of raw bytes": { body: Uint8Array.of(0xff, 0, 0xfe) },
  "a chunked body": { headers: [["Transfer-Encoding", "chunked"]], body: chunked("a", "b") },
  "a large body": { body: "x".repeat(2_000_000) },
};

for (const [what, { headers = [], ...sent }] of Object.entries(STRAY)) {
  test(`GET and DELETE ignore ${what}, and the connection stays open`, async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    await admin.newUser("ada");
    await admin.set("ada", { nickname: "Ada" });
    await using connection = await connectRaw(service.origin);
    const all = { ...sent, headers: [...headers, ["Authorization", `Bearer ${admin.token}`]] } as const;

    expectSuccess(await connection.call("GET", "/org/app/metadata/user/ada", all), { data: { nickname: "Ada" } });
    expectSuccess(await connection.call("GET", "/org/app/metadata/user/capacity", all), { data: 11 });
    expectSuccess(await connection.call("DELETE", "/org/app/metadata/user/ada", all), { data: true });
    expectSuccess(await connection.call("GET", "/org/app/metadata/user/ada", all), { data: {} });
    expect(service.faults).toEqual([]);
  });
}
