/** Bodies similar to those of each call: some fit the schema, some narrowly miss it. */
import fc from "fast-check";

/** Shallow JSON of any kind. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 2 ** 53, 1e21, "", "x"),
  fc.array(fc.constantFrom("ada", 1, null), { maxLength: 2 }),
  fc.dictionary(fc.constantFrom("", "a"), fc.constantFrom("x", 1, null), { maxKeys: 1 }),
);

/** Mostly valid values. */
function mostly<Good>(good: fc.Arbitrary<Good>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: junk });
}

function object(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  return mostly(fc.record(members, { requiredKeys: [] }));
}

const name = fc.constantFrom("ada", "bob", "cyd");
const key = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant("") },
);
const text = fc.string({ unit: "grapheme", maxLength: 6 });

const mergePatch = fc.dictionary(key, mostly(fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))), {
  maxKeys: 4,
});
const versions = fc.dictionary(name, mostly(fc.nat()), { maxKeys: 3 });
const targets = fc.array(mostly(name), { maxLength: 3 });

const secret = fc.oneof(
  fc.constantFrom("secret", "", "p".repeat(64), "p".repeat(65), "😀".repeat(64), "😀".repeat(65)),
  text,
);
const username = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,6}$/),
  fc.constantFrom("ada", ".", "..", "...", "a b", "é", "", "n".repeat(64), "n".repeat(65)),
);
const registrant = object({
  username,
  password: secret,
  nickname: fc.oneof(text, fc.constantFrom(null, "n".repeat(100), "😀".repeat(101))),
});

/** Keyed as in `components.schemas`. */
export const SENT_BODIES = {
  AttributesForm: fc.dictionary(key, text, { maxKeys: 3 }),
  MergePatch: mostly(mergePatch),
  BatchGet: object({
    targets: mostly(targets),
    properties: mostly(fc.oneof(fc.array(mostly(key), { maxLength: 2 }), fc.constant(null))),
    versions: mostly(fc.oneof(versions, fc.constant(null))),
  }),
  BatchSet: object({
    targets: mostly(fc.dictionary(name, mostly(mergePatch), { maxKeys: 3 })),
    versions: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: mostly(versions) }),
    atomic: mostly(fc.constantFrom(true, false, null)),
  }),
  TokenRequest: object({
    grant_type: mostly(fc.constantFrom("client_credentials", "password", "inherit", "agora", "refresh_token")),
    client_id: mostly(text),
    client_secret: mostly(text),
    username: mostly(name),
    password: mostly(fc.constant("secret")),
    autoCreateUser: mostly(fc.constantFrom(true, false, null)),
    ttl: mostly(fc.constantFrom(60, 0, "60", null, "")),
  }),
  Registration: fc.oneof(registrant, mostly(fc.array(registrant, { maxLength: 3 }))),
  NewPassword: object({ newpassword: secret, oldpassword: mostly(fc.constantFrom("secret", null)) }),
} as const satisfies Readonly<Record<string, fc.Arbitrary<unknown>>>;
