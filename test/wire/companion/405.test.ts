import { expect, test } from "bun:test";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";
import { COMPANION_CALLS, pathOf } from "./companion-calls.ts";

const REFUSED = { status: 405, error: "method_not_allowed", text: "Method Not Allowed" };
const READ = "GET, HEAD, OPTIONS";

const ALLOWED: Readonly<Record<string, string>> = {
  "/users/ada/presence": "POST, DELETE, OPTIONS",
  "/users/ada/presence/2592000": "POST, OPTIONS",
  // These values are also valid numbers of seconds.
  "/users/ada/presence/sublist": "POST, GET, HEAD, OPTIONS",
  "/users/ada/messageroaming": "POST, OPTIONS",
};

test("each path says which methods it takes to every other method, with a token and without", async () => {
  await using service = await startTestService();
  await using connection = await connectRaw(service.origin);
  for (const path of new Set(COMPANION_CALLS.map(pathOf))) {
    const allow = ALLOWED[path] ?? READ;
    const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"];
    const refused = methods.filter((method) => !allow.split(", ").includes(method));
    for (const method of refused) {
      const answer = await connection.call(method, `/org/app${path}`, { body: "{}" });
      expectMetadataError(answer, REFUSED);
      expect([path, answer.headers.get("allow")]).toEqual([path, allow]);
    }
    const preflight = await connection.call("OPTIONS", `/org/app${path}`);
    expect([path, preflight.headers.get("allow")]).toEqual([path, allow]);
  }
});
