import { expect, test } from "bun:test";
import fc from "fast-check";
import type { ResolvedApp } from "../../src/core/apps/registry.ts";
import { Refusal } from "../../src/core/refusals.ts";
import { batchBody } from "../../src/http/bodies/json/batch-body.ts";
import { longBatchBody } from "../../src/http/bodies/json/long-batch-body.ts";
import { manyChanges } from "../../src/http/bodies/json/many-changes.ts";
import { PARSED_CHARACTERS_MAX, parseJson } from "../../src/http/bodies/json/read-json.ts";
import { readRegistrants } from "../../src/http/bodies/json/read-registrants.ts";

/** Trailing space of this length makes a text long, and changes nothing else. */
const SPACE = " ".repeat(PARSED_CHARACTERS_MAX);
const BATCH_MAX = 3;
// as: the readers use no other part of an app
const resolved = { limits: { batchMax: BATCH_MAX, userBytesMax: 2048 } } as ResolvedApp;

const name = fc.constantFrom("ada", "bob", "ADA", "cyd", "__proto__", "d e", "", "\ud800");
const scalar = fc.constantFrom<unknown>("text", "", "\ud800", 1, -0.5, true, null, 1e30);
const value = fc.oneof(
  { weight: 9, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, ["x"]) },
);
const attributes = fc.oneof(
  { weight: 9, arbitrary: object(fc.constantFrom("nickname", "ext", "__proto__", "\ud800", "\udc00"), value) },
  { weight: 1, arbitrary: fc.constantFrom("null", '"x"', "[]", '{"":1}') },
);
const versions = fc.oneof(object(name, fc.constantFrom<unknown>(1, 2, 1.5, "1")), fc.constantFrom("null", "[]", "{}"));

/** The text of an object that may have duplicate keys. */
function object(key: fc.Arbitrary<string>, part: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return objectOf(
    key,
    part.map((some) => JSON.stringify(some)),
  );
}

function objectOf(key: fc.Arbitrary<string>, part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc.tuple(key, part).map(([some, text]) => `${JSON.stringify(some)}:${text}`);
  return fc.array(member, { maxLength: 5 }).map((members) => `{${members.join(",")}}`);
}

const list = (part: fc.Arbitrary<unknown>) => fc.array(part, { maxLength: 4 }).map((parts) => JSON.stringify(parts));
const names = fc.oneof({ weight: 9, arbitrary: list(name) }, { weight: 1, arbitrary: list(fc.oneof(name, value)) });

test("a batch get is parsed the same as a short and as a long body", async () => {
  const body = fc
    .tuple(names, versions, fc.oneof(names, fc.constant("null")))
    .chain(([targets, known, properties]) =>
      shuffled([`"targets":${targets}`, `"versions":${known}`, `"properties":${properties}`]),
    );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const short = await outcome(() => batchBody(parseJson(text), BATCH_MAX));
      const long = await outcome(async () => {
        const { properties, ...rest } = await longBatchBody(text + SPACE, BATCH_MAX);
        return { ...rest, properties };
      });
      expect(withoutDoubles(long)).toEqual(withoutDoubles(short));
    }),
    { numRuns: 3000 },
  );
});

test("a batch set is parsed the same as a short and as a long body", async () => {
  const body = fc
    .tuple(objectOf(name, attributes), versions, fc.constantFrom("true", "false", "null", "1", "[]"))
    .chain(([targets, known, atomic]) =>
      shuffled([`"targets":${targets}`, `"versions":${known}`, `"atomic":${atomic}`]),
    );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const short = await outcome(() => manyChanges(text, resolved));
      expect(await outcome(() => manyChanges(text + SPACE, resolved))).toEqual(short);
    }),
    { numRuns: 3000 },
  );
});

test("registrations are parsed the same as a short and as a long body", async () => {
  const field = fc.constantFrom("username", "password", "nickname", "other");
  const one = object(field, fc.constantFrom<unknown>("ada", "secret", null, 1, [], {}));
  const body = fc.oneof(
    one,
    fc
      .array(fc.oneof(one, fc.constantFrom("1", "null", "[]")), { maxLength: 3 })
      .map((users) => `[${users.join(",")}]`),
    fc.constantFrom("1", "null", '"ada"', "", "{", "[", "[{}", "[],"),
  );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const short = await outcome(() => readRegistrants(text, () => {}));
      expect(await outcome(() => readRegistrants(text + SPACE, () => {}))).toEqual(short);
    }),
    { numRuns: 3000 },
  );
});

/** The members in any order, some omitted, some duplicated. */
function shuffled(members: readonly string[]): fc.Arbitrary<string> {
  const some = fc.array(fc.constantFrom(...members), { minLength: 1, maxLength: 4 });
  const rest = fc.constantFrom("", ',"more":[{"targets":1}]', ",", "}");
  return fc.tuple(some, rest).map(([chosen, more]) => `{${chosen.join(",")}${more}}`);
}

async function outcome(read: () => unknown): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    // Of several errors the two may report different ones.
    if (error instanceof Refusal) return error.refused.code;
    throw error;
  }
}

/** The long way drops duplicate properties, which mean nothing more. */
function withoutDoubles(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("properties" in body)) return body;
  return Array.isArray(body.properties) ? { ...body, properties: [...new Set(body.properties)] } : body;
}
