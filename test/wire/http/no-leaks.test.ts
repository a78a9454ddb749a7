import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { DRIVER_TRACES, driverError, failingStore } from "../../harness/failing-store.ts";
import { startTestService } from "../../harness/service.ts";

const HOSTILE = [
  "'; DROP TABLE users; --",
  "%27%20OR%201%3D1",
  "../../../etc/passwd",
  "<script>alert(1)</script>",
  "\\x00",
];

/** Texts that no answer may hold: a stack, a path of the machine, a statement, a name of our own code. */
const TRACES =
  /\bat .+:\d+|\/home\/|\/tmp\/|\/src\/|node_modules|\.ts\b|SELECT |UPDATE |INSERT |sqlite|Refusal|TypeError/;

test("no answer to any call of a failing store shows a word of the driver's", async () => {
  const failing = failingStore();
  await using service = await startTestService({ wrap: failing.wrap });
  const { token } = await signIn(service);
  failing.fail(driverError());
  const user = `${service.base}/metadata/user`;
  const answers = [
    await send("PUT", `${user}/ada`, { token, form: { nickname: "Ada" } }),
    await send("GET", `${user}/ada`, { token }),
    await send("POST", `${user}/get`, { token, json: { targets: ["ada"] } }),
    await send("DELETE", `${user}/ada`, { token }),
    await send("GET", `${user}/capacity`, { token }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(500);
    expect(shown(answer)).not.toMatch(DRIVER_TRACES);
    expect(shown(answer)).not.toMatch(TRACES);
  }
  expect(service.faults).toHaveLength(answers.length);
});

test("hostile names, keys, bodies and tokens come back neither executed nor with anything of the inside", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const { token } = admin;
  for (const text of HOSTILE) {
    const name = encodeURIComponent(text);
    const answers = [
      await send("GET", `${service.base}/metadata/user/${name}`, { token }),
      await send("PUT", `${service.base}/metadata/user/${name}`, { token, form: text }),
      await send("DELETE", `${service.base}/metadata/user/${name}`, { token }),
      await send("GET", `${service.origin}/${name}/app/metadata/user/ada`, { token }),
      await send("GET", `${service.base}/metadata/user/ada`, { token: encodeURIComponent(text) }),
      await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets: [text], properties: [text] } }),
      await send("POST", `${service.base}/metadata/user/get`, { token, body: text }),
      await send("PUT", `${service.base}/metadata/user/ada`, {
        token,
        headers: { "content-type": `application/json ${name}` },
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(shown(answer)).not.toMatch(TRACES);
    }
  }
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(service.faults).toEqual([]);
});

test("text that looks like SQL or markup is stored and answered as it is", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const data = Object.fromEntries(HOSTILE.map((text) => [text, text]));
  expect((await admin.set("ada", data)).body.data).toEqual(data);
  expect((await admin.get("ada")).body.data).toEqual(data);
});

function shown({ text, headers }: Answer): string {
  return text + JSON.stringify([...headers]);
}
