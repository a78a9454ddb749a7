import { expect, test } from "bun:test";
import type { OidcSettings } from "../../../src/core/identity-settings.ts";
import { failure, refusal } from "../refusal.ts";
import { ADA, providerWith, verifierOf } from "./jwt-verifier.ts";
import { AUDIENCE } from "./key-server.ts";

const SECOND = Math.floor(Date.now() / 1000);
const LONG = "1546130668394913793";
const ADMIN = { kind: "admin" } as const;
const named = (name: string) => ({ kind: "user", name }) as const;

/** Members of a JSON object as they are written; null = left out. */
type Written = Readonly<Record<string, string | null>>;

const GOOD: Written = {
  iss: null, // the provider's own
  aud: JSON.stringify(AUDIENCE),
  sub: '"ada"',
  iat: String(SECOND),
  exp: String(SECOND + 600),
};

interface Claims {
  readonly claims: Written;
  readonly settings?: Partial<OidcSettings>;
  /** The user it names, or the code and the check with which it is refused. */
  readonly is: typeof ADA | typeof ADMIN | { readonly kind: "user"; readonly name: string } | readonly [string, string];
}

const MALFORMED = ["token_malformed", "claim"] as const;
const EXPIRED = ["token_expired", "expired"] as const;
const OTHERS = ["token_of_other_app", "audience"] as const;
const CLAIM: Partial<OidcSettings> = {
  userClaim: "preferred_username",
  adminClaim: "root",
  adminScope: "profiles:all",
};
const NO_USER: Written = { sub: null };

/** docs/IDENTITY.md § JWT, claim by claim. */
const TABLE: Readonly<Record<string, readonly Claims[]>> = {
  iss: [
    { claims: { iss: '"https://other.example"' }, is: ["token_unknown", "issuer"] },
    { claims: { iss: "null" }, is: ["token_malformed", "issuer"] },
    { claims: { iss: "[]" }, is: ["token_malformed", "issuer"] },
    { claims: { iss: "" }, is: ["token_malformed", "issuer"] },
  ],
  aud: [
    { claims: { aud: `["x",${JSON.stringify(AUDIENCE)}]` }, is: ADA },
    { claims: { aud: '"https://other.example"' }, is: OTHERS },
    { claims: { aud: `"${AUDIENCE}/"` }, is: OTHERS },
    { claims: { aud: null }, is: OTHERS },
    { claims: { aud: "[]" }, is: OTHERS },
    { claims: { aud: `[1,${JSON.stringify(AUDIENCE)}]` }, is: OTHERS },
    { claims: { aud: `{"0":${JSON.stringify(AUDIENCE)}}` }, is: OTHERS },
  ],
  exp: [
    { claims: { exp: String(SECOND - 1) }, is: EXPIRED },
    { claims: { exp: "0" }, is: EXPIRED },
    { claims: { exp: `${SECOND + 600}.5` }, is: ADA },
    { claims: { exp: "253402300799" }, is: ADA },
    { claims: { exp: "253402300800" }, is: MALFORMED },
    { claims: { exp: `${SECOND}000` }, is: MALFORMED },
    { claims: { exp: "1e400" }, is: MALFORMED },
    { claims: { exp: "-1" }, is: MALFORMED },
    { claims: { exp: `"${SECOND + 600}"` }, is: MALFORMED },
    { claims: { exp: "null" }, is: MALFORMED },
    { claims: { exp: "true" }, is: MALFORMED },
    { claims: { exp: null }, is: MALFORMED },
  ],
  iat: [
    { claims: { iat: String(SECOND + 30) }, is: ADA },
    { claims: { iat: String(SECOND + 120) }, is: EXPIRED },
    { claims: { iat: "1e400" }, is: MALFORMED },
    { claims: { iat: "-1e400" }, is: MALFORMED },
    { claims: { iat: "-1" }, is: MALFORMED },
    { claims: { iat: `"${SECOND}"` }, is: MALFORMED },
    { claims: { iat: "null", nbf: String(SECOND) }, is: MALFORMED },
    { claims: { iat: null }, is: MALFORMED },
  ],
  nbf: [
    { claims: { iat: null, nbf: String(SECOND) }, is: ADA },
    { claims: { nbf: String(SECOND + 30) }, is: ADA },
    { claims: { nbf: String(SECOND + 120) }, is: EXPIRED },
    { claims: { nbf: "1e400" }, is: MALFORMED },
    { claims: { nbf: "[]" }, is: MALFORMED },
  ],
  "--user-claim": [
    { claims: { sub: LONG }, is: named(LONG) },
    { claims: { sub: "0" }, is: named("0") },
    { claims: { sub: '"Ada"' }, is: named("Ada") },
    { claims: { sub: '"\\u0061da"' }, is: ADA },
    { claims: { sub: `${LONG}.0` }, is: MALFORMED },
    { claims: { sub: `-${LONG}` }, is: MALFORMED },
    { claims: { sub: "1e18" }, is: MALFORMED },
    { claims: { sub: "1".repeat(65) }, is: MALFORMED },
    { claims: { sub: `"${"a".repeat(300)}"` }, is: MALFORMED },
    { claims: { sub: '""' }, is: MALFORMED },
    { claims: { sub: '{"name":"ada"}' }, is: MALFORMED },
    { claims: { sub: '["ada"]' }, is: MALFORMED },
    { claims: { sub: "true" }, is: MALFORMED },
    { claims: { sub: "null" }, is: MALFORMED },
    { claims: NO_USER, is: MALFORMED },
    { claims: { preferred_username: LONG }, settings: CLAIM, is: named(LONG) },
    { claims: {}, settings: CLAIM, is: MALFORMED },
    { claims: {}, settings: { userClaim: "toString" }, is: MALFORMED },
    { claims: { ["__proto__"]: '"ada"' }, settings: { userClaim: "__proto__" }, is: ADA },
    { claims: { sub: '"ada@example.com"' }, settings: { userClaimMap: "escape" }, is: named("ada_40example_2ecom") },
    { claims: { sub: '"Ada"' }, settings: { userClaimMap: "escape" }, is: named("_41da") },
    { claims: { sub: `"${"é".repeat(11)}"` }, settings: { userClaimMap: "escape" }, is: MALFORMED },
    { claims: { sub: LONG }, settings: { userClaimMap: "escape" }, is: named(LONG) },
    {
      claims: { sub: '"auth0|1"' },
      settings: { userClaimMap: "hash" },
      is: named("h-b03e5d4509cd37476db38fb76f9b5b3ca8de1e69"),
    },
    { claims: { sub: '"\\ud800"' }, settings: { userClaimMap: "hash" }, is: MALFORMED },
  ],
  "--admin-claim": [
    { claims: { root: "true" }, settings: CLAIM, is: ADMIN },
    { claims: { root: '"true"' }, settings: CLAIM, is: MALFORMED },
    { claims: { root: "1" }, settings: CLAIM, is: MALFORMED },
    { claims: { root: "[true]" }, settings: CLAIM, is: MALFORMED },
    { claims: { root: "{}" }, settings: CLAIM, is: MALFORMED },
    { claims: { root: "true", preferred_username: '"bob"' }, settings: CLAIM, is: named("bob") },
    { claims: { root: "true", preferred_username: "null" }, settings: CLAIM, is: MALFORMED },
    { claims: { root: "true", preferred_username: '""' }, settings: CLAIM, is: MALFORMED },
    // Where the app names no such claim, none makes an admin.
    { claims: { ...NO_USER, root: "true", admin: "true", null: "true" }, is: MALFORMED },
  ],
  "--admin-scope": [
    { claims: { scope: '"openid profiles:all"' }, settings: CLAIM, is: ADMIN },
    { claims: { scp: '["profiles:all"]' }, settings: CLAIM, is: ADMIN },
    { claims: { scope: '"openid"', scp: '["profiles:all"]' }, settings: CLAIM, is: ADMIN },
    { claims: { scope: '"profiles:al l"' }, settings: CLAIM, is: MALFORMED },
    { claims: { scope: '"Profiles:all"' }, settings: CLAIM, is: MALFORMED },
    { claims: { scope: '["profiles:all"]' }, settings: CLAIM, is: MALFORMED },
    { claims: { scp: '"profiles:all"' }, settings: CLAIM, is: MALFORMED },
    { claims: { scp: '["openid profiles:all"]' }, settings: CLAIM, is: MALFORMED },
    { claims: { scope: '"profiles:all"', preferred_username: '"bob"' }, settings: CLAIM, is: named("bob") },
    { claims: { ...NO_USER, scope: '"null undefined"' }, is: MALFORMED },
  ],
};

function written(claims: Written, issuer: string): string {
  const all = Object.entries({ ...GOOD, iss: JSON.stringify(issuer), ...claims });
  // An empty text says nothing at all, not even null.
  const told = all.filter(([, value]) => value !== null && value !== "");
  return `{${told.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

for (const [claim, rows] of Object.entries(TABLE)) {
  test(`${claim} has a value that the document allows, or the token is refused`, async () => {
    const { server, pair } = await providerWith("ES256");
    await using _server = server;
    for (const { claims, settings = {}, is } of rows) {
      const { verify } = verifierOf(server, settings);
      const text = written(claims, server.issuer);
      const token = await pair.signText(text);
      if ("kind" in is) expect([text, (await verify(token)).bearer]).toEqual([text, is]);
      else expect([text, await refusal(verify(token)), await failure(verify(token))]).toEqual([text, ...is]);
    }
  });
}

test("a token that says two things, or is not JSON or UTF-8, is refused", async () => {
  const { server, pair } = await providerWith("ES256");
  await using _server = server;
  const { verify } = verifierOf(server);
  const good = written({}, server.issuer).slice(0, -1);
  expect((await verify(await pair.signText(`${good},"roles":[{"a":1},{"a":1}]}`))).bearer).toEqual(ADA);
  for (const text of [
    `${good},"sub":"ada"}`,
    `${good},"s\\u0075b":"eve"}`,
    `${good},"roles":[{"a":1,"b":{"c":1,"c":2}}]}`,
    `${good},"a":{"__proto__":1,"__proto__":2}}`,
    `${good},}`,
    `[${good}}]`,
    `\ufeff${good}}`,
    `${good},"a":`,
  ]) {
    expect([text, await refusal(verify(await pair.signText(text)))]).toEqual([text, "token_malformed"]);
  }
});
