import { expect, test } from "bun:test";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const REFUSED = { status: 405, error: "method_not_allowed", text: "Method Not Allowed" };

// error.md: 405, wrong method
const ALLOWED = {
  "/metadata/user/ada": "PUT, GET, DELETE, PATCH, HEAD, OPTIONS",
  "/metadata/user/get": "PUT, GET, DELETE, PATCH, POST, HEAD, OPTIONS",
  "/metadata/user/set": "PUT, GET, DELETE, PATCH, POST, HEAD, OPTIONS",
  "/metadata/user/capacity": "PUT, GET, DELETE, PATCH, HEAD, OPTIONS",
  "/metadata/limits": "GET, HEAD, OPTIONS",
  "/token": "POST, OPTIONS",
  "/users": "POST, GET, DELETE, HEAD, OPTIONS",
  "/users/ada": "GET, DELETE, HEAD, OPTIONS",
  "/users/ada/password": "PUT, OPTIONS",
  "/users/ada/activate": "POST, OPTIONS",
  "/users/ada/deactivate": "POST, OPTIONS",
  "/sdk/users/ada/token/expires": "GET, HEAD, OPTIONS",
} as const;

for (const [path, allow] of Object.entries(ALLOWED)) {
  test(`${path} takes ${allow} and says so to every other method`, async () => {
    await using service = await startTestService();
    const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"];
    const refused = methods.filter((method) => !allow.split(", ").includes(method));
    await using connection = await connectRaw(service.origin);
    for (const method of refused) {
      const answer = await connection.call(method, `/org/app${path}`, { body: "{}" });
      expectMetadataError(answer, REFUSED);
      expect(answer.headers.get("allow")).toBe(allow);
    }
    expect(refused).toContain("PROPFIND");
  });
}
