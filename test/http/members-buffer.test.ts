import { expect, test } from "bun:test";
import fc from "fast-check";
import { manyReply } from "../../src/http/answers/many-reply.ts";
import { MembersBuffer } from "../../src/http/answers/members-buffer.ts";

const user = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/),
  json: fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })).map((attributes) => JSON.stringify(attributes)),
  modified: fc.oneof(fc.nat(), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.constant(1_795_398_203_827)),
});

test("the bytes of an answer are those of the text, whether users come as bytes or as text", () => {
  const buffer = new MembersBuffer(65_536);
  fc.assert(
    fc.property(fc.array(fc.tuple(user, fc.boolean()), { maxLength: 20 }), fc.nat(9), (users, duration) => {
      buffer.clear();
      for (const [{ name, json, modified }, isText] of users) {
        const around = Buffer.from(`…${json}…`);
        const appended = isText
          ? buffer.appendText(name, json, modified)
          : buffer.append(name, around, 3, around.length - 3, modified);
        expect(appended).toBe(true);
      }
      const span = { from: 1_795_398_203_820, to: 1_795_398_203_820 + duration };
      const { members } = manyReply(
        users.map(([each]) => each),
        "",
      );
      const text = `{"timestamp":${span.to},${members},"duration":${duration}}`;
      expect(Buffer.from(buffer.finish(span)).toString()).toBe(text);
    }),
  );
});

test("a user for whom there is no room is refused, and what was appended before stays", () => {
  const buffer = new MembersBuffer(1000);
  buffer.clear();
  expect(buffer.appendText("ada", '{"nickname":"Ada"}', 1)).toBe(true);
  expect(buffer.appendText("bob", `{"nickname":"${"x".repeat(400)}"}`, 2)).toBe(false);
  const bytes = Buffer.from(`{"nickname":"${"x".repeat(900)}"}`);
  expect(buffer.append("bob", bytes, 0, bytes.length, 2)).toBe(false);
  const answer = Buffer.from(buffer.finish({ from: 5, to: 5 })).toString();
  expect(JSON.parse(answer)).toEqual({
    timestamp: 5,
    data: { ada: { nickname: "Ada" } },
    lastModified: { ada: 1 },
    duration: 0,
  });
});
