import { expect, test } from "bun:test";
import fc from "fast-check";
import { send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const texts = fc.array(fc.constantFrom("ada", "Ada", "nickname", "", "__proto__"), { maxLength: 3 });
const nearly = fc.oneof(
  texts,
  fc.array(fc.oneof(fc.constantFrom("ada", null, 1), texts), { maxLength: 3 }),
  fc.constantFrom(null, true, 0, "ada", {}, { length: 0 }, { 0: "ada", length: 1 }),
);
const body = fc.oneof(
  fc.record({ targets: nearly, properties: nearly, more: fc.jsonValue() }, { requiredKeys: [] }),
  fc.record({ targets: texts, properties: fc.oneof(nearly, texts) }, { requiredKeys: ["targets"] }),
  fc.jsonValue(),
);

const isTexts = (value: unknown) => Array.isArray(value) && !value.some((text) => typeof text !== "string");

test("a body is taken when targets are texts, and properties texts, null or not there; whatever else it holds", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  await fc.assert(
    fc.asyncProperty(body, async (json) => {
      const { targets, properties } = Object(json);
      const isLegal = isTexts(targets) && (properties === undefined || properties === null || isTexts(properties));
      const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
      expect(answer.status).toBe(isLegal ? 200 : 400);
      if (!isLegal) expect(answer.body.error).toBe("illegal_argument");
    }),
    { numRuns: 300 },
  );
  expect(service.faults).toEqual([]);
}, 20_000);
