/** Bodies for each call, valid and invalid. A route that reads a body needs a row here. */
import fc from "fast-check";
import { anyValue, broken, listOf, mapOf, name, number, objectOf, type Source, stringOf, whole } from "./json.ts";
import type { Body, Meaning } from "./step.ts";
import { ext, naughty, odd, text, USERS, username, value } from "./texts.ts";

export const FORM = "application/x-www-form-urlencoded";
export const MERGE_PATCH = "application/merge-patch+json";

const CHARSETS = ["utf-8", "UTF8", '"utf-8"', "gbk", "iso-8859-1", "utf-16le", "shift_jis", "klingon", ""];
const TYPES = [
  FORM,
  "application/json",
  MERGE_PATCH,
  "text/plain",
  "multipart/form-data; boundary=x",
  "application/xml",
  "APPLICATION/JSON;charset=UTF-8",
  "application/json, application/json",
  ";",
  "a/b/c",
  "x".repeat(300),
];

const contentType = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(undefined, ...TYPES) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...TYPES), fc.constantFrom(...CHARSETS))
      .map(([type, charset]) => `${type};charset=${charset}`),
  },
);

const encoding = fc.oneof(
  { weight: 9, arbitrary: fc.constant("utf8" as const) },
  { weight: 1, arbitrary: fc.constantFrom("latin1" as const, "utf16le" as const) },
);

const mark = fc.oneof(
  { weight: 12, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom("\ufeff", " ", "\n\t", "\0") },
);

/** The source with any content type and encoding. */
const loosely = (source: Source): fc.Arbitrary<Body> =>
  fc.tuple(contentType, mark, source, encoding).map(([type, before, json, bytes]) => ({
    contentType: type,
    text: before + json,
    encoding: bytes,
  }));

const asJson = (source: Source): fc.Arbitrary<Body> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: source.map((json): Body => ({ contentType: "application/json", text: json, encoding: "utf8" })),
    },
    { weight: 1, arbitrary: loosely(source) },
  );

const pair = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(text, value) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("ext"), fc.oneof(ext, value)) },
);
const pairs = fc.array(pair, { minLength: 1, maxLength: 4 });

function meaningOf(changes: readonly (readonly [string, string])[]): Meaning {
  const wellFormed = changes.map(([key, word]) => [key.toWellFormed(), word.toWellFormed()] as const);
  return wellFormed.some(([key]) => key === "") ? { kind: "senseless" } : { kind: "changes", pairs: wellFormed };
}

/** As written by `URLSearchParams` and `encodeURIComponent`. */
const form: fc.Arbitrary<Body> = fc.tuple(pairs, fc.boolean()).map(([changes, hasPlus]) => {
  const part = (word: string): string => {
    const encoded = encodeURIComponent(word.toWellFormed());
    return hasPlus ? encoded.replaceAll("%20", "+") : encoded;
  };
  const words = changes.map((each) => each.map(part).join("="));
  return { contentType: FORM, text: words.join("&"), encoding: "utf8", means: meaningOf(changes) };
});

const FORM_PIECES = [
  "a",
  "b",
  "=",
  "&",
  "%",
  "%41",
  "%e5",
  "%ff",
  "%C3%A9",
  "+",
  " ",
  "é",
  "\0",
  "{",
  "[",
  '"',
  "%7B",
  "%00",
  ";",
];
const rawForm = fc.oneof(
  fc.array(fc.constantFrom(...FORM_PIECES), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.tuple(text, value).map((words) => words.join("=")),
  fc.constantFrom(
    "a=1".repeat(90_000),
    `a=${"x".repeat(1_048_575)}`,
    `a=${"x".repeat(262_144)}`,
    "a&".repeat(20_000),
    "",
  ),
);

const anyForm = fc.oneof(
  { weight: 6, arbitrary: form },
  { weight: 3, arbitrary: loosely(rawForm) },
  { weight: 1, arbitrary: loosely(whole) },
);

const merge: fc.Arbitrary<Body> = pairs.map((changes) => ({
  contentType: MERGE_PATCH,
  text: `{${changes.map(([key, word]) => `${JSON.stringify(key)}:${word === "" ? "null" : JSON.stringify(word)}`).join(",")}}`,
  encoding: "utf8",
  means: meaningOf(changes),
}));

const changesJson: Source = mapOf(text, fc.oneof(stringOf(value), fc.constant("null"), number, anyValue));
const loosePatch = changesJson.chain((json) =>
  loosely(fc.constant(json)).map((body) => ({ ...body, contentType: MERGE_PATCH })),
);
const anyPatch = fc.oneof(
  { weight: 5, arbitrary: merge },
  { weight: 2, arbitrary: loosePatch },
  { weight: 2, arbitrary: anyForm },
);

const modified = fc.constantFrom(
  ...USERS.map((user) => `$MODIFIED_${user}$`),
  "0",
  "1",
  "-1",
  "1.5",
  '"1"',
  "9".repeat(30),
);
const versions = mapOf(username, modified);
const names = fc.oneof(
  { weight: 9, arbitrary: listOf(name) },
  { weight: 1, arbitrary: fc.constant(`[${'"ada",'.repeat(2000)}"ada"]`) },
);

const batchGet = objectOf({
  targets: names,
  properties: fc.oneof(listOf(stringOf(text)), fc.constant("null")),
  versions,
});
const onlyVersions = fc.array(fc.tuple(fc.constantFrom(...USERS), modified), { maxLength: 4 });
const deltaGet = onlyVersions.map(
  (known) => `{"versions":{${known.map(([user, at]) => `"${user}":${at}`).join(",")}}}`,
);

const batchSet = objectOf({
  targets: mapOf(username, changesJson),
  versions: fc.oneof({ weight: 3, arbitrary: fc.constant("{}") }, { weight: 1, arbitrary: versions }),
  atomic: fc.constantFrom("false", "true", "null"),
});
/** Without anything unusual. */
const goodSet = fc
  .array(fc.tuple(fc.constantFrom(...USERS), pair), { minLength: 1, maxLength: 3 })
  .map(
    (targets) =>
      `{"targets":{${targets.map(([user, [key, word]]) => `"${user}":{${JSON.stringify(key || "a")}:${JSON.stringify(word)}}`).join(",")}}}`,
  );

const ttl = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("60", '"60"', "0", "1e3", "null") },
  { weight: 1, arbitrary: fc.constantFrom("-1", "1.5", '"x"', "9".repeat(20)) },
);
const password = fc.oneof(
  { weight: 20, arbitrary: fc.constant('"$PASSWORD$"') },
  { weight: 2, arbitrary: stringOf(value) },
);
const clientId = fc.oneof(
  { weight: 20, arbitrary: fc.constant('"$CLIENT_ID$"') },
  { weight: 1, arbitrary: stringOf(value) },
);
const clientSecret = fc.oneof(
  { weight: 20, arbitrary: fc.constant('"$CLIENT_SECRET$"') },
  { weight: 1, arbitrary: stringOf(value) },
);

const grant = (type: string, members: Readonly<Record<string, Source>>): Source =>
  objectOf({ grant_type: fc.constant(JSON.stringify(type)), ...members, ttl });

const token = fc.oneof(
  grant("password", { username: name, password }),
  grant("client_credentials", { client_id: clientId, client_secret: clientSecret }),
  grant("inherit", { username: name, autoCreateUser: fc.constantFrom("true", "false", "null", '"true"') }),
  grant("agora", {}),
  grant("refresh_token", {}),
);
const TOKEN_FORMS = [
  "grant_type=client_credentials&client_id=$CLIENT_ID$&client_secret=$CLIENT_SECRET$",
  "grant_type=password&username=ada&password=$PASSWORD$",
  "grant_type=client_credentials",
  "grant_type=inherit&username=ada&autoCreateUser=true",
];
const tokenForm = fc.oneof(
  fc.constantFrom(...TOKEN_FORMS).map((source): Body => ({ contentType: FORM, text: source, encoding: "utf8" })),
  loosely(fc.constantFrom(...TOKEN_FORMS)),
);

const registrant = objectOf({ username: name, password, nickname: stringOf(fc.oneof(value, naughty, odd)) });
const registrants = fc.oneof(
  { weight: 3, arbitrary: registrant },
  { weight: 2, arbitrary: listOf(registrant, 4) },
  { weight: 1, arbitrary: whole },
  { weight: 1, arbitrary: fc.constant(`[${"{},".repeat(70)}{}]`) },
);
const newPassword = objectOf({ newpassword: password, oldpassword: password });

/** By method and path of the route table. */
export const BODIES: Readonly<Record<string, fc.Arbitrary<Body>>> = {
  "PUT /metadata/user/{username}": anyForm,
  "PATCH /metadata/user/{username}": anyPatch,
  "POST /metadata/user/get": fc.oneof(
    { weight: 3, arbitrary: asJson(batchGet) },
    { weight: 2, arbitrary: asJson(deltaGet) },
    { weight: 1, arbitrary: loosely(whole) },
  ),
  "POST /metadata/user/set": fc.oneof(
    { weight: 3, arbitrary: asJson(batchSet) },
    { weight: 3, arbitrary: asJson(goodSet) },
    { weight: 1, arbitrary: loosely(whole) },
  ),
  "POST /token": fc.oneof(
    { weight: 6, arbitrary: asJson(token) },
    { weight: 2, arbitrary: tokenForm },
    { weight: 1, arbitrary: loosely(whole) },
  ),
  "POST /users": asJson(registrants),
  "PUT /users/{username}/password": fc.oneof(
    { weight: 4, arbitrary: asJson(newPassword) },
    { weight: 1, arbitrary: loosely(whole) },
  ),
};

/** For any call, even one whose body the grammar does not know. */
export const anyBody: fc.Arbitrary<Body> = fc.oneof(...Object.values(BODIES), loosely(broken));
