import { expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { createAgoraVerifier } from "../../../src/identity/vendors/agora-token.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { refusal } from "../refusal.ts";
import {
  ADMIN_PRIVILEGE,
  APP_ID,
  appToken,
  CERTIFICATE,
  NEXT_CERTIFICATE,
  nowSeconds,
  USER_PRIVILEGE,
  unusualToken,
  userToken,
} from "./agora-tokens.ts";

const DAY = 86_400;
const ada = (seconds: number) => ({ user: "ada", privileges: [[USER_PRIVILEGE, seconds]] as const });

function verifier(certificates = [CERTIFICATE]) {
  const clock = createTestClock();
  const { verify } = createAgoraVerifier(APP_ID, async () => certificates, clock);
  return { clock, verify };
}

test("a token of Agora's own builder is accepted for the user it was built for", async () => {
  const { verify } = verifier();
  const user = await verify(userToken("ada"));
  expect(user.bearer).toEqual({ kind: "user", nameOrId: "ada" });
  expect(user.expires - user.issued).toBe(600_000);
  expect((await verify(appToken())).bearer).toEqual({ kind: "admin" });
  expect((await verify(unusualToken({ chats: [ada(60)], hasRtc: true }))).bearer).toEqual(user.bearer);
});

test("either certificate is good while one is rotated, and no other", async () => {
  const both = verifier([CERTIFICATE, NEXT_CERTIFICATE]);
  for (const certificate of [CERTIFICATE, NEXT_CERTIFICATE]) {
    expect((await both.verify(userToken("ada", 600, certificate))).bearer.kind).toBe("user");
  }
  const { verify } = verifier([NEXT_CERTIFICATE]);
  expect(await refusal(verify(userToken("ada")))).toBe("token_unknown");
  expect(await refusal(verify(appToken()))).toBe("token_unknown");
});

test("the token's, the privilege's and Agora's own end each hold", async () => {
  for (const [token, seconds] of [
    [unusualToken({ seconds: 100, chats: [ada(600)] }), 100],
    [unusualToken({ seconds: 600, chats: [ada(50)] }), 50],
    [unusualToken({ seconds: 30 * DAY, chats: [ada(30 * DAY)] }), DAY],
  ] as const) {
    const { clock, verify } = verifier();
    const { issued, expires } = await verify(token);
    expect(expires - issued).toBe(seconds * 1000);
    clock.advance(expires - clock.now() - 1);
    await verify(token);
    clock.advance(1);
    expect(await refusal(verify(token))).toBe("token_expired");
  }
});

test("a clock that is a minute ahead is borne, and no more", async () => {
  const { verify } = verifier();
  await verify(unusualToken({ issued: nowSeconds() + 55, chats: [ada(600)] }));
  expect(await refusal(verify(unusualToken({ issued: nowSeconds() + 70, chats: [ada(600)] })))).toBe("token_expired");
});

test("tokens of another app, of another service, and of neither a user nor an admin are refused", async () => {
  const { verify } = verifier();
  const other = userToken("ada", 600, CERTIFICATE, "0".repeat(32));
  expect(await refusal(verify(other))).toBe("token_of_other_app");
  expect(await refusal(verify(unusualToken({})))).toBe("token_unknown");
  const neither = { user: "ada", privileges: [] };
  expect(await refusal(verify(unusualToken({ chats: [neither] })))).toBe("token_unknown");
  // A user does not become an admin by a privilege: an admin's token names no user.
  const raised = { user: "ada", privileges: [[ADMIN_PRIVILEGE, 600]] as const };
  expect(await refusal(verify(unusualToken({ chats: [raised] })))).toBe("token_unknown");
  const nobody = { user: "", privileges: [[USER_PRIVILEGE, 600]] as const };
  expect(await refusal(verify(unusualToken({ chats: [nobody] })))).toBe("token_unknown");
  expect(await refusal(verify(unusualToken({ chats: [ada(60), raised] })))).toBe("token_malformed");
});

// Packed data ends within a byte: up to seven bits after that mean nothing, and unpacking ignores them.
test("no single bit of a token can be another, but for those that say nothing", async () => {
  const { verify } = verifier();
  for (const token of [userToken("ada"), appToken()]) {
    const right = `taken: ${JSON.stringify(await verify(token))}`;
    let same = 0;
    for (let at = 0; at < token.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
        const text = token.slice(0, at) + flipped + token.slice(at + 1);
        const answer = await refusal(verify(text));
        if (answer === right) same += 1;
        else expect(answer).not.toStartWith("taken");
      }
    }
    expect(same).toBeLessThanOrEqual(7);
  }
});

test("no single bit of a token's content can be flipped, also when it is packed again", async () => {
  const { verify } = verifier();
  const { inflateSync } = await import("node:zlib");
  const content = inflateSync(Buffer.from(userToken("ada").slice(3), "base64"));
  for (let bit = 0; bit < content.length * 8; bit++) {
    const changed = Buffer.from(content);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
    const text = `007${deflateSync(changed).toString("base64")}`;
    expect(await refusal(verify(text))).not.toStartWith("taken");
  }
});

test("garbage, also packed as a token is, is refused in the same way and never blows up", async () => {
  const { verify } = verifier();
  const pack = (bytes: Uint8Array) => `007${deflateSync(bytes).toString("base64")}`;
  for (const text of ["", "007", "007=", `007${"A".repeat(5000)}`, "006abc", pack(Buffer.alloc(1_000_000))]) {
    expect(await refusal(verify(text))).toBe("token_malformed");
  }
  expect(await refusal(verify(`${userToken("ada")}AAAA`))).toBe("token_malformed");
  const bytes = fc.uint8Array({ maxLength: 200 });
  const check = async (content: Uint8Array) =>
    expect(["token_malformed", "token_of_other_app"]).toContain(await refusal(verify(pack(content))));
  await fc.assert(fc.asyncProperty(bytes, check), { numRuns: 300 });
});
