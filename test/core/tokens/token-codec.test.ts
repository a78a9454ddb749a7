import { expect, test } from "bun:test";
import fc from "fast-check";
import type { UserName } from "../../../src/core/model.ts";
import { decodeToken, encodeToken, type TokenClaims } from "../../../src/core/tokens/token-codec.ts";
import { systemDigest } from "../../../src/system/digest.ts";

const KEY = new Uint8Array(32).fill(7);
const sign = (signed: Uint8Array): Uint8Array => systemDigest.hmacSha256(KEY, signed);

const userName = fc
  .stringMatching(/^[a-z0-9_.-]{1,64}$/)
  .filter((name) => name !== "." && name !== "..")
  .map((name) => name as UserName); // as: of a legal name's form

const claims: fc.Arbitrary<TokenClaims> = fc.record({
  keyId: fc.integer({ min: 0, max: 0xffffffff }),
  appId: fc.uuid(),
  issued: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  ttlSeconds: fc.integer({ min: 0, max: 0x7fffffff }),
  appEnded: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  ownEnded: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  principal: fc.oneof(
    fc.record({ kind: fc.constant("admin" as const) }),
    fc.record({ kind: fc.constant("user" as const), id: fc.uuid(), name: userName }),
  ),
});

/** As the verifier does: the claims of a text with a correct signature. */
function verified(text: string): TokenClaims | undefined {
  const decoded = decodeToken(text);
  if (decoded === undefined || !systemDigest.equal(sign(decoded.signed), decoded.signature)) return undefined;
  return decoded.claims;
}

const ADMIN: TokenClaims = {
  keyId: 1,
  appId: "8be024f0-e978-41e8-b697-5d598d5f8402",
  issued: 1_700_000_000_000,
  ttlSeconds: 5_184_000,
  appEnded: 0,
  ownEnded: 1_600_000_000_000,
  principal: { kind: "admin" },
};

/** The same, of a user; `name` must be a legal one. */
function ofUser(name: string): TokenClaims {
  const id = "0ffe2d80-ed76-11e8-8d66-279e3e1c214b";
  return { ...ADMIN, principal: { kind: "user", id, name: name as UserName } }; // as: the caller's promise
}

test("an encoded token decodes to the same claims, and begins with YWMt", () => {
  fc.assert(
    fc.property(claims, (said) => {
      const text = encodeToken(said, sign);
      expect(text).toMatch(/^YWMt[A-Za-z0-9_-]+$/);
      expect(verified(text)).toEqual(said);
    }),
  );
});

test("a token with any flipped bit is invalid", () => {
  for (const said of [ADMIN, ofUser("ada")]) {
    const bytes = Buffer.from(encodeToken(said, sign), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const tampered = Buffer.from(bytes);
      tampered[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verified(tampered.toString("base64url"))).toBeUndefined();
    }
  }
});

test("a token with a replaced, added or missing character is invalid: a token has one spelling", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= .\0\n";
  // With all three lengths that the last group of base64 may have.
  for (const said of [ADMIN, ...["ada", "adam", "adams"].map(ofUser)]) {
    const text = encodeToken(said, sign);
    expect(verified(text)).toBeDefined();
    for (let index = 0; index <= text.length; index++) {
      for (const character of alphabet) {
        const exchanged = text.slice(0, index) + character + text.slice(index + 1);
        if (exchanged !== text) expect(verified(exchanged)).toBeUndefined();
        const added = text.slice(0, index) + character + text.slice(index);
        expect(verified(added)).toBeUndefined();
      }
      const shorter = text.slice(0, index) + text.slice(index + 1);
      if (shorter !== text) expect(verified(shorter)).toBeUndefined();
      if (index < text.length) expect(verified(text.slice(0, index))).toBeUndefined();
    }
  }
});

test("any other text decodes to nothing, and throws no error", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => decodeToken(text) === undefined));
  const frames = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from("ac-\x01"), bytes]));
  fc.assert(fc.property(frames, (bytes) => verified(bytes.toString("base64url")) === undefined));
  expect(decodeToken("A".repeat(1_000_000))).toBeUndefined();
});

test("the longest name fits, and is not cut", () => {
  const said = ofUser("z".repeat(64));
  expect(verified(encodeToken(said, sign))).toEqual(said);
});

test("an admin's token with a user behind it, and a user's without a name, are malformed", () => {
  const head = Buffer.from(encodeToken(ADMIN, sign), "base64url").subarray(0, 53);
  const framed = (kind: number, rest: number) => {
    const signed = Buffer.concat([head, Buffer.alloc(rest, 97)]);
    signed[4] = kind;
    return Buffer.concat([signed, sign(signed)]).toString("base64url");
  };
  expect(decodeToken(framed(2, 0))).toBeDefined();
  expect(decodeToken(framed(3, 17))).toBeDefined();
  for (const text of [framed(2, 16), framed(2, 19), framed(3, 0), framed(3, 16), framed(1, 0), framed(0, 0)]) {
    expect(decodeToken(text)).toBeUndefined();
  }
});
