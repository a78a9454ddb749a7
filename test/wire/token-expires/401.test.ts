import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { startTestService } from "../../harness/service.ts";
import { testBadTokens } from "../bad-tokens.ts";
import { bitCount, flipBit } from "../flip-bit.ts";

testBadTokens({ method: "GET", path: "/sdk/users/ada/token/expires", self: "allowed" });

test("a token with any one bit turned over is never accepted", async () => {
  await using service = await startTestService({ settings: BEHIND_PROXY });
  const admin = await signIn(service);
  const url = `${service.base}/sdk/users/ada/token/expires`;
  for (const token of [admin.token, await admin.newUser("ada")]) {
    expect((await send("GET", url, { token })).status).toBe(200);
    const tampered = Array.from({ length: bitCount(token) }, (_, bit) => flipBit(token, bit));
    const statuses = new Set<number>();
    while (tampered.length > 0) {
      // An address may fail a hundred times a second.
      const headers = from(`10.0.${token.length % 256}.${tampered.length % 256}`);
      const answers = tampered.splice(0, 100).map((text) => send("GET", url, { token: text, headers }));
      for (const { status } of await Promise.all(answers)) statuses.add(status);
    }
    expect([...statuses]).toEqual([401]);
  }
  expect(service.faults).toEqual([]);
}, 20_000);
