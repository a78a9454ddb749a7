/** The needs of real clients, one test for each: pages of another origin. */
import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const ORIGIN = { origin: "https://chat.example" };

test("10: before its first PUT, POST and GET a browser asks, without a token, and is told yes", async () => {
  await using service = await startTestService();
  for (const [method, path] of [
    ["PUT", "/metadata/user/ada"],
    ["POST", "/metadata/user/get"],
    ["POST", "/token"],
    ["POST", "/users"],
    ["GET", "/sdk/users/ada/token/expires"],
    ["DELETE", "/metadata/user/ada"],
  ] as const) {
    const { status, headers } = await send("OPTIONS", service.base + path, {
      headers: {
        ...ORIGIN,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type,x-request-id",
      },
    });
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-methods")?.split(", ")).toContain(method);
    const allowed = headers.get("access-control-allow-headers")?.split(", ");
    for (const name of ["authorization", "content-type", "x-request-id"]) expect(allowed).toContain(name);
  }
});

test("11: the page may read errors too", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const answers = [
    await send("PUT", url, { headers: ORIGIN, form: { nickname: "Ada" } }),
    await send("PUT", url, { headers: ORIGIN, token, form: { ext: "x".repeat(3000) } }),
    await send("PUT", `${service.base}/metadata/user/bob`, { headers: ORIGIN, token, form: { nickname: "x" } }),
    await send("GET", `${service.base}/metadata/user/bob`, { headers: ORIGIN, token }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 403, 401, 404]);
  for (const { headers } of answers) expect(headers.get("access-control-allow-origin")).toBe("*");
});
