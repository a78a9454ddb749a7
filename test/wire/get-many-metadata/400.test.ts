import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// No document names these; docs/PROTOCOL.md § Readings, row 6 settles them.
const ILLEGAL = {
  "no targets": {},
  "targets that are null": { targets: null },
  "targets that are no list": { targets: "ada" },
  "targets that are not all text": { targets: ["ada", 1] },
  "properties that are no list": { targets: ["ada"], properties: "nickname" },
  "properties that are not all text": { targets: ["ada"], properties: [1] },
  "a list": ["ada"],
  "a text": "ada",
  null: null,
} as const;

for (const [what, json] of Object.entries(ILLEGAL)) {
  test(`${what}: an illegal argument`, async () => {
    await using service = await startTestService();
    const { token } = await signIn(service);
    const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
    expect(answer.body.error_description).toMatch(/^(targets|properties|the request body)/);
    expectMetadataError(answer, { status: 400, error: "illegal_argument", text: answer.body.error_description });
  });
}

for (const body of ["", "{", "targets=ada", "\u{feff}", '{"targets":["ada"]} x']) {
  test(`${JSON.stringify(body)} is not JSON`, async () => {
    await using service = await startTestService();
    const { token } = await signIn(service);
    const answer = await send("POST", `${service.base}/metadata/user/get`, { token, body });
    expectMetadataError(answer, { status: 400, error: "json_parse", text: "the request body is not valid JSON" });
  });
}

// 400 BAD_REQUEST "exceed allowed batch size %s" (docs/PROTOCOL.md § Batch get, the newer documents)
test("2026: 101 targets are over the limit, counted before names are folded or repeated ones dropped", async () => {
  await using service = await startTestService({ app: { dialect: "2026" } });
  const { token } = await signIn(service);
  const json = { targets: Array.from({ length: 101 }, () => "ada") };
  const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
  expectMetadataError(answer, { status: 400, error: "BAD_REQUEST", text: "exceed allowed batch size 100" });
});
